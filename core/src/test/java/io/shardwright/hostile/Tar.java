package io.shardwright.hostile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** A tar archive, every field of which may lie. */
final class Tar {
  static final String CONFIG =
      "target: nemo.collections.asr.models.EncDecCTCModel\nsample_rate: 16000\n";

  private final Octets out = new Octets();

  /** A {@code .nemo} of no family: a configuration and weights {@code w} = 1, 2, 3. */
  static Tar nemo() {
    return new Tar().file("./model_config.yaml", Octets.utf8(CONFIG)).weights();
  }

  Tar weights() {
    byte[] pickle = Pickle.stateDict(3, p -> {});
    return file("./model_weights.ckpt", Zip.torch(pickle, Octets.floats(1, 2, 3)).bytes());
  }

  Tar file(String name, byte[] data) {
    return entry(name, '0', data, header -> {});
  }

  Tar folder(String name) {
    return entry(name, '5', new byte[0], header -> {});
  }

  /** A link or another entry without data. */
  Tar link(String name, char type, String to) {
    return entry(name, type, new byte[0], header -> put(header, 157, to));
  }

  /** Pax records before the next entry. */
  Tar pax(char type, String... records) {
    var text = new StringBuilder();
    for (String record : records) {
      text.append(paxRecord(record));
    }
    return entry("./PaxHeaders/x", type, Octets.utf8(text.toString()), header -> {});
  }

  static String paxRecord(String record) {
    int length = Octets.utf8(record).length + 2;
    int digits = Integer.toString(length).length();
    int whole =
        Integer.toString(length + digits).length() == digits
            ? length + digits
            : length + digits + 1;
    return whole + " " + record + "\n";
  }

  Tar longName(String name) {
    return entry("././@LongLink", 'L', Octets.utf8(name + "\0"), header -> {});
  }

  Tar entry(String name, char type, byte[] data, Consumer<byte[]> change) {
    byte[] header = header(name, type, data.length);
    change.accept(header);
    sum(header);
    out.bytes(header).bytes(data).bytes(new byte[(512 - data.length % 512) % 512]);
    return this;
  }

  static byte[] header(String name, char type, long size) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, String.format("%011o\0", size));
    put(header, 136, "00000000000\0");
    header[156] = (byte) type;
    put(header, 257, "ustar\000");
    put(header, 263, "00");
    return header;
  }

  static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  static void sum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte octet : header) {
      sum += octet & 0xff;
    }
    put(header, 148, String.format("%06o\0 ", sum));
  }

  Tar raw(byte... bytes) {
    out.bytes(bytes);
    return this;
  }

  byte[] end() {
    out.bytes(new byte[1024]);
    out.bytes(new byte[(10_240 - out.size() % 10_240) % 10_240]);
    return out.array();
  }

  byte[] withoutEnd() {
    return out.array();
  }
}
