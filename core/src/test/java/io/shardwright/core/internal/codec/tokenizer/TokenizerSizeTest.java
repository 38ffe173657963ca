package io.shardwright.core.internal.codec.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    assertEquals(expected, size(text.getBytes(StandardCharsets.UTF_8)));
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
