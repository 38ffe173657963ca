package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.bytes.Absence;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbsenceTest {
  @Test
  void namesTheWholePathOfWhatIsNotOnADisk(@TempDir Path folder) throws IOException {
    URI archive = URI.create("jar:" + folder.resolve("a.zip").toUri());
    try (var files = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      String problem = Absence.of(files.getPath("/models/none.nemo"), "file");
      assertEquals("no such file: check '/models/none.nemo'", problem);
    }
  }
}
