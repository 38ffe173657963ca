package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Distributed weights (zarr) that count more than they hold, or are packed in other ways. */
final class ZarrCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private final List<Case> cases = new ArrayList<>();

  private ZarrCases() {}

  static List<Case> all() {
    var cases = new ZarrCases();
    cases.headers();
    cases.chunks();
    return cases.cases;
  }

  static String header(String shape, String chunks, String more) {
    return "{\"zarr_format\":2,\"order\":\"C\",\"compressor\":null,\"filters\":null,"
        + "\"fill_value\":null,\"dtype\":\"<f4\",\"shape\":"
        + shape
        + ",\"chunks\":"
        + chunks
        + more
        + "}";
  }

  static Tar nemo(String header) {
    return new Tar()
        .file("./model_config.yaml", Octets.utf8(Tar.CONFIG))
        .file("./model_weights/metadata.json", Octets.utf8("{\"sharded_backend\":\"zarr\"}"))
        .file("./model_weights/common.pt", Zip.torch(Pickle.protocol(2).op('}').stop()).bytes())
        .file("./model_weights/w/.zarray", Octets.utf8(header));
  }

  private void refused(String name, Tar tar, ErrorCode... codes) {
    cases.add(Case.refused(name, tar.end(), codes));
  }

  private void header(String name, String header, ErrorCode... codes) {
    refused(name, nemo(header).file("./model_weights/w/0", VALUES), codes);
  }

  private void headers() {
    for (String field :
        new String[] {"compressor", "filters", "order", "zarr_format", "dimension_separator"}) {
      String packed =
          header("[3]", "[3]", "").replaceAll(",?\"" + field + "\":[^,}]*", "").replace("{,", "{");
      header(
          "another " + field,
          packed.replaceFirst("\\{", "{\"" + field + "\":{\"id\":\"blosc\"},"),
          ErrorCode.UNSUPPORTED);
    }
    for (String dtype : new String[] {"|O", "|S4", "<U4", ">f4", "|V4", "evil"}) {
      header("the dtype " + dtype, header("[3]", "[3]", "").replace("<f4", dtype));
    }
    header("a shape of 2^62", header("[4611686018427387904]", "[4611686018427387904]", ""));
    header("a shape that overflows", header("[4294967296,4294967296]", "[1,1]", ""));
    header("chunks of 0", header("[3]", "[0]", ""), ErrorCode.ZARR_MALFORMED);
    header("chunks below 0", header("[3]", "[-3]", ""));
    header("chunks of other axes", header("[3]", "[3,1]", ""), ErrorCode.ZARR_MALFORMED);
    header("a shape of fractions", header("[3.5]", "[3]", ""));
    header(
        "65 axes",
        header("[" + "1,".repeat(64) + "3]", "[" + "1,".repeat(64) + "3]", ""),
        ErrorCode.LIMIT_EXCEEDED);
    header(
        "the same field twice", header("[3]", "[3]", ",\"shape\":[3]"), ErrorCode.JSON_MALFORMED);
    header("not JSON", "hello", ErrorCode.JSON_MALFORMED);
    header("nothing", "", ErrorCode.JSON_MALFORMED);
  }

  private void chunks() {
    header(
        "a million chunks that are not there",
        header("[1000000]", "[1]", ""),
        ErrorCode.TENSOR_MISSING);
    header("10^12 chunks", header("[1000000000000]", "[1]", ""));
    byte[] empty = nemo(header("[1000000000,1000000000,0]", "[1,1,1]", "")).end();
    cases.add(Case.either("10^18 chunks of no rows", empty));
    header("a chunk that is not there", header("[3]", "[2]", ",\"fill_value2\":1"));
    header(
        "a fill value in the place of a chunk",
        header("[6]", "[3]", "").replace("\"fill_value\":null", "\"fill_value\":7"),
        ErrorCode.TENSOR_MISSING);
    refused(
        "a chunk too short",
        nemo(header("[3]", "[3]", "")).file("./model_weights/w/0", new byte[4]),
        ErrorCode.ZARR_MALFORMED);
    refused(
        "a chunk too long",
        nemo(header("[3]", "[3]", "")).file("./model_weights/w/0", new byte[16]),
        ErrorCode.ZARR_MALFORMED);
    refused(
        "a chunk that is a link",
        nemo(header("[3]", "[3]", "")).link("./model_weights/w/0", '2', "/dev/zero"),
        ErrorCode.TAR_MALFORMED);
    refused(
        "no metadata",
        new Tar()
            .file("model_config.yaml", Octets.utf8(Tar.CONFIG))
            .file("model_weights/w/.zarray", Octets.utf8(header("[3]", "[3]", "")))
            .file("model_weights/w/0", VALUES),
        ErrorCode.ZARR_MALFORMED);
    for (String backend : new String[] {"torch_dist", "zarr3", "../zarr"}) {
      refused(
          "the backend " + backend,
          new Tar()
              .file("model_config.yaml", Octets.utf8(Tar.CONFIG))
              .file(
                  "model_weights/metadata.json",
                  Octets.utf8("{\"sharded_backend\":\"" + backend + "\"}")),
          ErrorCode.UNSUPPORTED);
    }
  }
}
