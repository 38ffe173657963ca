package io.shardwright.hostile;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.engine.RankTraining;
import io.shardwright.engine.RankTraining.Held;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Folders of Megatron-LM's ranks and of NeMo 2 whose documents lie. */
final class MegatronCases {
  private static final Path DCP = Path.of("../core/src/test/resources/dcp/cut");
  private static final String LATEST = "latest_checkpointed_iteration.txt";
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final Map<String, byte[]> FOUND = Map.of("w F32 [3]", VALUES);
  private static final String LEAF = "{\"type\": \"leaf\", \"value\": 1}";

  private final List<Case> cases = new ArrayList<>();

  private MegatronCases() {}

  static List<Case> all() {
    var cases = new MegatronCases();
    cases.grids();
    cases.names();
    cases.trackers();
    cases.documents();
    return cases.cases;
  }

  private static Held held(String name) {
    return new Held(new TensorSpec(name, DType.FLOAT32, Shape.of(3)), VALUES);
  }

  private static Case.Content ranks(String name, Consumer<RankTraining> change, String... folders) {
    return folder -> {
      var training = new RankTraining(folder);
      training.args.put("num_attention_heads", "1");
      change.accept(training);
      Path step = training.step();
      for (String own : folders.length == 0 ? new String[] {"mp_rank_00"} : folders) {
        training.write(step.resolve(own), List.of(Map.of(name, held(name))));
      }
      return training.root;
    };
  }

  private void args(String what, String key, String value, ErrorCode... codes) {
    cases.add(Case.refused("ranks: " + what, ranks("w", t -> t.args.put(key, value)), codes));
  }

  private void grids() {
    cases.add(Case.accepted("ranks: a tensor", ranks("w", training -> {}), FOUND));
    args("99,999 of them", "tensor_model_parallel_size", "99999", ErrorCode.RANK_MISSING);
    args("stages without end", "pipeline_model_parallel_size", "99999", ErrorCode.RANK_MISSING);
    for (String size : List.of("0", "-1", "100000")) {
      args(size + " of them", "tensor_model_parallel_size", size, ErrorCode.PARALLEL_SIZE_MISMATCH);
    }
    cases.add(
        Case.refused(
            "ranks: experts cut finer than the rest",
            ranks(
                "w",
                training -> {
                  training.args.put("num_experts", "4");
                  training.args.put("expert_tensor_parallel_size", "2");
                }),
            ErrorCode.UNSUPPORTED));
    cases.add(
        Case.refused(
            "ranks: one too many",
            ranks("w", training -> {}, "mp_rank_00", "mp_rank_07"),
            ErrorCode.RANK_MISSING,
            ErrorCode.PARALLEL_SIZE_MISMATCH));
    cases.add(
        Case.refused(
            "ranks: arguments that run code",
            ranks(
                "w",
                training ->
                    training.around.put(
                        "hook", Call.reduce(new Global("os", "system"), new Text("true")))),
            ErrorCode.PICKLE_FORBIDDEN));
  }

  /** Whatever such names mean, they stay names. */
  private void names() {
    String digits = "9".repeat(30);
    for (String name :
        List.of(
            "decoder.layers." + digits + ".mlp.linear_fc1.weight",
            "decoder.layers.-1.mlp.linear_fc1.weight",
            "decoder.layers.0.mlp.experts.linear_fc1.weight" + digits,
            "decoder.layers.0.mlp.experts.local_experts." + digits + ".linear_fc1.weight",
            "decoder.layers.0.mlp.experts.weight1",
            "language_model.encoder.layers.0.self_attention.query_key_value.weight",
            "language_model.encoder.layers." + digits + ".mlp.dense_h_to_4h.weight")) {
      for (String experts : List.of("4", "4611686018427387904")) {
        cases.add(
            Case.either(
                "ranks: a tensor " + name + " of " + experts + " experts",
                ranks(name, training -> training.args.put("num_experts", experts))));
      }
    }
    cases.add(
        Case.refused(
            "ranks: a version of the future",
            ranks(
                "language_model.encoder.layers.0.mlp.dense_h_to_4h.weight",
                training -> training.around.put("checkpoint_version", new Real(4e300))),
            ErrorCode.UNSUPPORTED));
  }

  private void trackers() {
    for (String said : List.of("../../iter_0000007", "/etc", "", "9".repeat(30), "-7", "\0")) {
      var honest = ranks("w", training -> {});
      cases.add(
          Case.refused(
              "ranks: a tracker that says '" + said + "'",
              folder -> {
                Path root = honest.write(folder);
                Files.writeString(root.resolve(LATEST), said);
                return root;
              },
              ErrorCode.SOURCE_MISSING));
    }
  }

  private static Case.Content nemo(Map<String, String> context) {
    return folder -> {
      var files = new LinkedHashMap<String, byte[]>();
      context.forEach((name, text) -> files.put("context/" + name, Octets.utf8(text)));
      for (String name : List.of(".metadata", "__0_0.distcp", "__1_0.distcp")) {
        files.put("weights/" + name, Files.readAllBytes(DCP.resolve(name)));
      }
      files.put("weights/metadata.json", Octets.utf8("{\"sharded_backend\": \"torch_dist\"}"));
      return FolderCases.folder(files).write(folder);
    };
  }

  private static String object(String element, String value) {
    return "{\"type\": {}, \"items\": [[\"" + element + "\", " + value + "]], \"metadata\": null}";
  }

  private static String fiddle(String root, String... objects) {
    var text = new StringBuilder("{\"root\": " + root + ", \"objects\": {");
    for (int i = 0; i < objects.length; i++) {
      text.append(i == 0 ? "" : ", ").append("\"o" + i + "\": " + objects[i]);
    }
    return text + "}, \"version\": \"0.0.1\"}";
  }

  private static String ref(int number) {
    return "{\"type\": \"ref\", \"key\": \"o" + number + "\"}";
  }

  /** What a document says decides what the model is; its tensors are read whatever it says. */
  private void documents() {
    var said = new LinkedHashMap<String, String>();
    said.put("refers to nothing", fiddle(ref(9), object("Attr(name='model')", LEAF)));
    said.put("is its own model", fiddle(ref(0), object("Attr(name='model')", ref(0))));
    said.put("holds itself in a list", fiddle(ref(0), object("Index(index=0)", ref(0))));
    said.put(
        "counts without end", fiddle(ref(0), object("Index(index=" + "9".repeat(40) + ")", LEAF)));
    said.put("has a number for a root", fiddle("7"));
    said.put("has a list for objects", "{\"root\": " + ref(0) + ", \"objects\": []}");
    said.put("says nothing", "{}");
    said.put("doubles itself", doubling());
    said.forEach(
        (what, text) ->
            cases.add(Case.either("NeMo 2: io.json " + what, nemo(Map.of("io.json", text)))));
    for (String text : List.of("[]", "7", "{", "\0", "{\"a\": 1, \"a\": 2")) {
      cases.add(Case.refused("NeMo 2: io.json '" + text + "'", nemo(Map.of("io.json", text))));
    }
    cases.add(
        Case.either(
            "NeMo 2: a tokenizer that is elsewhere",
            nemo(
                Map.of(
                    "model.yaml",
                    "_target_: a.B\nconfig:\n  num_layers: 1\n"
                        + "tokenizer:\n  pretrained_model_name: ../../../etc\n"
                        + "  model_path: /etc/passwd\n"))));
  }

  /** Thirty objects, each of which holds the next one twice. */
  private static String doubling() {
    var objects = new String[30];
    for (int i = 0; i < objects.length; i++) {
      String next = i + 1 < objects.length ? ref(i + 1) : LEAF;
      objects[i] =
          "{\"type\": {}, \"items\": [[\"Attr(name='model')\", %s], [\"Key(key='b')\", %s]]}"
              .formatted(next, next);
    }
    return fiddle(ref(0), objects);
  }
}
