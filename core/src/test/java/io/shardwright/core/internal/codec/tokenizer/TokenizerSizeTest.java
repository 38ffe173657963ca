package io.shardwright.core.internal.codec.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerSizeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\": 0, \"b\": 1} | 2",
        "{\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{\"id\": 4}]} | 5",
        "{\"model\": {\"vocab\": [[\"a\", -1.5], [\"b\", -2]]}} | 2",
        "{\"model\": 1} | -1",
        "{ | -1",
        "no tokenizer | -1",
      })
  void countsPieces(String text, long expected) {
    assertEquals(expected, size(text.getBytes(UTF_8)));
  }

  @Test
  void countsThePiecesOfASentencePieceModel() {
    byte[] piece = {0x0a, 3, 0x0a, 1, 'x'};
    byte[] trainer = {0x12, 2, 0x08, 1};
    assertEquals(2, size(join(piece, trainer, piece)));
  }

  @Test
  void aModelThatIsCutIsNoTokenizer() {
    byte[] piece = {0x0a, 3, 0x0a, 1, 'x'};
    assertEquals(-1, size(Arrays.copyOf(piece, 4)));
    assertEquals(-1, size(new byte[] {0x0a, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}));
  }

  /** As NeMo 1.23.0 made a T5 whose embedding had these rows, for pieces a, b and the roles. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "library: sentencepiece | 10",
        "library: sentencepiece; num_sentinel_tokens: 0 | 10",
        "library: sentencepiece; num_sentinel_tokens: 13 | 22",
        "library: sentencepiece; num_sentinel_tokens: 3; additional_special_tokens: [a, x, <sep>]"
            + " | 13",
        "library: yttm; num_sentinel_tokens: 3 | 7",
        "library: byte-level; num_sentinel_tokens: 3 | 259",
      })
  void countsWhatNemoAddsToPieces(String tokenizer, long expected) {
    byte[] model = {};
    for (String piece : List.of("<unk>", "<s>", "</s>", "[PAD]", "a", "b", "<extra_id_1>")) {
      boolean role = piece.equals("<s>") || piece.equals("</s>") || piece.equals("[PAD]");
      byte[] text = field(1, piece);
      model = join(model, field(1, role ? join(text, new byte[] {0x18, 3}) : text));
    }
    byte[] trainer = join(new byte[] {(byte) 0x82, 3}, new byte[] {5}, "[PAD]".getBytes(UTF_8));
    model = join(model, field(2, trainer));
    assertEquals(expected, size(tokenizer, "model", model));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "library: megatron | [PAD]/[UNK]/a | 3",
        "library: megatron; num_sentinel_tokens: 2 | [PAD]/[UNK]/a | 5",
        "library: huggingface; num_sentinel_tokens: 2 | {\"a\": 0, \"<extra_id_0>\": 1} | 3",
        "library: huggingface; special_tokens: {bos_token: <b>, mask_token: a} | [PAD]/a | 3",
        "library: huggingface; additional_special_tokens: {pad_token: <p>,"
            + " additional_special_tokens: [a, c]} | [PAD]/a | 4",
        "library: megatron; num_sentinel_tokens: 2 | {\"model\": {\"vocab\": [[\"a\", -1]]},"
            + " \"added_tokens\": [{\"id\": 1, \"content\": \"<extra_id_1>\"}]} | 3",
      })
  void countsWhatNemoAddsToAVocabulary(String tokenizer, String file, long expected) {
    byte[] lines = file.replace("/", "\n").getBytes(UTF_8);
    assertEquals(expected, size(tokenizer, "vocab_file", lines));
  }

  @Test
  void onlyAT5HasSentinelsAndOneOfThreeKindsOfThemThreeMore() {
    String config = "library: megatron; num_sentinel_tokens: 2";
    String ul2 = "data: {dataset_type: ul2}\ndecoder: {}\n";
    byte[] file = "a".getBytes(UTF_8);
    assertEquals(6, size(ul2, config, "vocab_file", file));
    assertEquals(1, size("bert_binary_head: true\n", config, "vocab_file", file));
  }

  private static long size(String tokenizer, String key, byte[] file) {
    return size("share_token_embeddings: true\n", tokenizer, key, file);
  }

  private static long size(String more, String tokenizer, String key, byte[] file) {
    String text = more + "tokenizer:\n  " + tokenizer.replace("; ", "\n  ") + "\n";
    var config =
        YamlDocument.parse(new MemorySource(text.getBytes(UTF_8), "config"), Guard.standard());
    return TokenizerSize.of(
            config,
            Map.of("tokenizer." + key, new MemorySource(file, "tokenizer")),
            Guard.standard())
        .orElse(-1);
  }

  /** A field of a protobuf message whose value is bytes. */
  private static byte[] field(int number, String text) {
    return field(number, text.getBytes(UTF_8));
  }

  private static byte[] field(int number, byte[] bytes) {
    return join(new byte[] {(byte) (number << 3 | 2), (byte) bytes.length}, bytes);
  }

  private static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static long size(byte[] bytes) {
    return TokenizerSize.of(new MemorySource(bytes, "tokenizer"), Guard.standard()).orElse(-1);
  }
}
