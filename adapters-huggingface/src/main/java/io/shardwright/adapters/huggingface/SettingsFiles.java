package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The keys that a folder's smaller documents, such as generation_config.json, say once more. */
record SettingsFiles(StoredFiles files, DialectDocument huggingFace) {
  private static final String ENDING = "_config.json";
  private static final Set<String> OF_THE_DOCUMENT =
      Set.of("transformers_version", "architectures", "model_type", "auto_map");

  /**
   * Holds them against the configuration.
   *
   * @param notes get the keys that differ and mean nothing to the model
   * @throws UnsupportedCheckpointException if one differs that the model is made by
   */
  void compare(HuggingFaceModel model, List<String> notes) {
    Set<String> meaningful = new HashSet<>();
    model.dialect().rows().forEach(row -> meaningful.addAll(row.own()));
    for (String file : files.files()) {
      if (file.endsWith(ENDING) && TokenizerFiles.isOne(file)) {
        var different = different(read(file));
        different.stream().filter(meaningful::contains).findFirst().ifPresent(k -> refuse(k, file));
        if (!different.isEmpty()) {
          notes.add(
              HuggingFaceFormat.CONFIG
                  + " and "
                  + file
                  + " differ in "
                  + String.join(", ", different)
                  + ": both are kept as they are");
        }
      }
    }
  }

  /** A document that can't be read is kept as it is, as all others are. */
  private Obj read(String file) {
    try {
      return files.json(file);
    } catch (CheckpointException unread) {
      return Obj.empty();
    }
  }

  private List<String> different(Obj document) {
    var different = new ArrayList<String>();
    document
        .fields()
        .forEach(
            (key, value) -> {
              JsonValue own = huggingFace.document().get(key).orElse(Null.NULL);
              boolean both = own != Null.NULL && value != Null.NULL;
              if (both && !own.equals(value) && !OF_THE_DOCUMENT.contains(key)) {
                different.add(key);
              }
            });
    return different;
  }

  private void refuse(String key, String file) {
    throw new UnsupportedCheckpointException(
        ErrorCode.SOURCES_DISAGREE,
        files.name(),
        "'"
            + key
            + "' differs between "
            + HuggingFaceFormat.CONFIG
            + " and "
            + file
            + ", expected one value: remove the wrong one");
  }
}
