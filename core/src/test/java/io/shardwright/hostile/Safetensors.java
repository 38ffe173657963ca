package io.shardwright.hostile;

/** A safetensors file, whatever its header says. */
final class Safetensors {
  private Safetensors() {}

  static byte[] of(String header, byte... data) {
    return of(Octets.utf8(header), data);
  }

  static byte[] of(byte[] header, byte... data) {
    return new Octets().u8(header.length).bytes(header).bytes(data).array();
  }

  /** One entry of a header. */
  static String tensor(String name, String dtype, String shape, long from, long to) {
    return "\""
        + name
        + "\":{\"dtype\":\""
        + dtype
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":["
        + from
        + ","
        + to
        + "]}";
  }
}
