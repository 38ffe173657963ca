package io.shardwright.core.internal.execute.djl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The TorchScript module that works on tiles, as the archive that PyTorch loads ({@code
 * torch/csrc/jit/serialization/import.cpp}): the code, a pickled object of its class, no constants.
 * TorchScript because DJL's own calls can neither cast bfloat16 nor see one type's bits as
 * another's.
 */
final class TileScript {
  private static final String CODE = "tile.torchscript";

  /** {@code __torch__.Tile} with {@code training} false, protocol 2. */
  private static final String OBJECT =
      "\u0080\2c__torch__\nTile\nq\0)\u0081}(X\u0008\0\0\0trainingq\1\u0089ub.";

  /** An empty tuple. */
  private static final String CONSTANTS = "\u0080\2).";

  private TileScript() {}

  static InputStream archive() {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes);
        InputStream code = TileScript.class.getResourceAsStream(CODE)) {
      store(zip, "data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
      store(zip, "code/__torch__.py", code.readAllBytes());
      store(zip, "constants.pkl", CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
      store(zip, "version", "3\n".getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /** PyTorch reads entries that are stored as they are. */
  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    var entry = new ZipEntry("tile/" + name);
    var crc = new CRC32();
    crc.update(content);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
