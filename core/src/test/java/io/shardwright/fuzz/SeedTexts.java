package io.shardwright.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Seeds that no file holds. */
final class SeedTexts {
  /** Documents, among them the parts of a tokenizer's that its size follows from. */
  static final List<byte[]> JSON =
      Stream.of(
              "{\"a\":[1,-2.5e3,true,null,\"\\u00fc\\ud83d\\ude00\"],\"b\":{\"c\":{}}}",
              "{\"model\":{\"vocab\":{\"a\":0}},\"added_tokens\":[{\"id\":4}]}",
              "{\"model\":{\"vocab\":[[\"a\",-1.5],[\"b\",-2]]}}",
              "{\"architectures\":[\"LlamaForCausalLM\"],\"rope_scaling\":{\"factor\":8.0}}")
          .map(text -> text.getBytes(StandardCharsets.UTF_8))
          .toList();

  /** A family with a row of each kind. */
  static final byte[] FAMILY =
      """
      family: small
      restores: [a.module.SmallModel]
      parallelism: [tensor, pipeline]
      describes: {when: {bias: true}}
      namings:
        legacy:
          rows:
            - column: layers.*.up.weight
              stride: 2
              when: {activation: [swiglu, geglu]}
            - replicated: norm.weight
              on: last
      hugging_face:
        - architecture: SmallForCausalLM
          model_type: small
          restores: a.module.SmallModel
          namings: [legacy]
          base: {num_layers: 1, text: '1'}
          keys:
            - same: num_layers
              from: [n_layer, layers]
              else: 12
            - words: activation
              from: hidden_act
              to: {gelu: gelu}
            - means: window
              is: [null, 1]
          rows:
            - replicated: ln.weight
              of: norm.weight
              less: 1
      """
          .getBytes(StandardCharsets.UTF_8);

  /** A configuration as Fiddle serializes it: objects that refer to each other, and a function. */
  static final byte[] FIDDLE =
      """
      {"root": {"type": "ref", "key": "run_1"}, "version": "0.0.1", "refcounts": {}, "objects": {
        "run_1": {"items": [["Attr(name='model')", {"type": "ref", "key": "model_1"}]]},
        "model_1": {"items": [["Attr(name='config')", {"type": "ref", "key": "config_1"}],
          ["Attr(name='tokenizer')", {"type": "ref", "key": "words_1"}]],
          "metadata": {"type": "ref", "key": "of_1"}},
        "words_1": {"items": [["Attr(name='pretrained_model_name')",
          {"type": "leaf", "value": "words/tokenizer.json"}]]},
        "config_1": {"items": [["Attr(name='num_layers')", {"type": "leaf", "value": 2}],
          ["Attr(name='hidden_size')", {"type": "leaf", "value": 32}],
          ["Attr(name='scale_factor')", {"type": "leaf", "value": 8.0}],
          ["Attr(name='window_size')", {"type": "ref", "key": "list_1"}],
          ["Attr(name='activation_func')",
            {"type": "pyref", "module": "torch.nn.functional", "name": "silu"}]],
          "metadata": {"type": "ref", "key": "of_1"}},
        "list_1": {"items": [["Index(index=0)", {"type": "leaf", "value": 4}],
          ["Key(key='b')", {"type": "unsupported"}]]},
        "of_1": {"items": [["Attr(name='fn_or_cls')", {"type": "pyref",
          "module": "nemo.collections.llm.gpt.model.llama", "name": "LlamaModel"}]]}}}
      """
          .getBytes(StandardCharsets.UTF_8);

  private SeedTexts() {}

  /** A SentencePiece model of five pieces that merges pairs. */
  static byte[] sentencePieces() {
    var model = new ByteArrayOutputStream();
    for (String piece : new String[] {"a", "b", "ab", "\u2581", "\u2581ab"}) {
      byte[] text = piece.getBytes(StandardCharsets.UTF_8);
      message(model, 0x0a, concat(new byte[] {0x0a, (byte) text.length}, text));
    }
    message(model, 0x12, new byte[] {0x18, 2});
    message(model, 0x1a, new byte[] {0x18, 1});
    return model.toByteArray();
  }

  private static void message(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    out.write(content.length);
    out.writeBytes(content);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
