package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Files that are packed: work that no stored bytes pay for, and what people do pack. */
final class PackedCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final int LARGE = 5 << 20;

  private final List<Case> cases = new ArrayList<>();

  private PackedCases() {}

  static List<Case> all() {
    var cases = new PackedCases();
    cases.zips();
    cases.archives();
    cases.honest();
    return cases.cases;
  }

  private void refused(String name, byte[] file) {
    cases.add(Case.refused(name, file, ErrorCode.LIMIT_EXCEEDED));
  }

  private static byte[] pickle(Consumer<Pickle> more) {
    return Pickle.stateDict(3, more);
  }

  private static byte[] zeros() {
    return pickle(
        p -> p.text("x").raw(new Octets().u1('B').u4(LARGE).array()).raw(new byte[LARGE]));
  }

  private static byte[] numbers() {
    return pickle(p -> p.text("x").numbers(new long[LARGE / 2]));
  }

  private static byte[] deflated(byte[] pickle) {
    return Zip.torch(pickle, VALUES).all(Zip.Entry::deflate).bytes();
  }

  private static Tar nemo(byte[] weights) {
    return new Tar()
        .file("model_config.yaml", Octets.utf8(Tar.CONFIG))
        .file("model_weights.ckpt", weights);
  }

  private void zips() {
    refused("a pickle of zeros, deflated", deflated(zeros()));
    refused("a pickle of small numbers, deflated", deflated(numbers()));
    refused(
        "a pickle of texts, deflated",
        deflated(pickle(p -> p.text("x").text("layer ".repeat(LARGE / 6)))));
    refused("a deflated pickle in an archive", nemo(deflated(zeros())).end());
    String two = Tar.CONFIG + "tensor_model_parallel_size: 2\n";
    Tar ranks = new Tar().file("model_config.yaml", Octets.utf8(two));
    byte[] half = deflated(pickle(p -> p.text("x").text("layer ".repeat(LARGE / 12))));
    for (int rank = 0; rank < 2; rank++) {
      ranks.file("mp_rank_0" + rank + "/model_weights.ckpt", half);
    }
    refused("two ranks with half a bomb each", ranks.end());
  }

  private void archives() {
    refused(
        "a pickle of zeros in a gzip",
        TarCases.gzip(nemo(Zip.torch(zeros(), VALUES).bytes()).end()));
    refused(
        "a pickle of small numbers in a gzip",
        TarCases.gzip(nemo(Zip.torch(numbers(), VALUES).bytes()).end()));
    refused("a deflated pickle in a gzip", TarCases.gzip(nemo(deflated(numbers())).end()));
    refused(
        "a configuration of comments in a gzip",
        TarCases.gzip(
            new Tar()
                .file("model_config.yaml", Octets.utf8(Tar.CONFIG + "# a b\n".repeat(LARGE / 6)))
                .weights()
                .end()));
  }

  private void honest() {
    byte[] plain = pickle(p -> {});
    cases.add(Case.accepted("a torch file that was zipped again", deflated(plain), Benign.W));
    cases.add(
        Case.accepted(
            "an archive with a torch file that was zipped again",
            TarCases.gzip(nemo(deflated(plain)).end()),
            Benign.W));
    byte[] zeros = new byte[LARGE];
    byte[] large = Pickle.stateDict(zeros.length / 4, p -> {});
    Map<String, byte[]> found = Map.of("w F32 [" + zeros.length / 4 + "]", zeros);
    Zip zip = Zip.torch(large, zeros);
    cases.add(
        Case.accepted(
            "weights of zeros, deflated", zip.with("data/0", Zip.Entry::deflate).bytes(), found));
  }
}
