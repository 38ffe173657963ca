package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.StoredFiles;
import java.util.List;

/** Checksums of an iteration's files, which Megatron-Core may write from 0.18 on. */
final class Integrity {
  private static final String FILE = "integrity.json";
  private static final String SHA_256 = "sha256";

  private Integrity() {}

  /**
   * Has the files compared with their checksums when all is verified.
   *
   * @return notes for the user
   * @throws MalformedCheckpointException if a file is missing, or the document is damaged
   */
  static List<String> of(StoredFiles files) {
    if (!files.files().contains(FILE)) {
      return List.of();
    }
    Obj document = files.json(FILE);
    String algorithm = document.get("algorithm").flatMap(name -> name.asText()).orElse("(none)");
    if (!algorithm.equals(SHA_256)) {
      return List.of(FILE + " has sums by '" + algorithm + "', expected sha256: not compared");
    }
    if (!(document.get("files").orElse(null) instanceof Obj sums)) {
      throw malformed(files, "has no sums of files");
    }
    sums.fields()
        .forEach(
            (file, sum) ->
                files.expect(
                    file,
                    sum.asText()
                        .filter(text -> text.matches("[0-9a-fA-F]{64}"))
                        .orElseThrow(() -> malformed(files, "has no SHA-256 for '" + file + "'"))));
    return List.of();
  }

  private static MalformedCheckpointException malformed(StoredFiles files, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.JSON_MALFORMED, files.name() + "/" + FILE, problem);
  }
}
