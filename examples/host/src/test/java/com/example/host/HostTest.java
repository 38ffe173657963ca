package com.example.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.Device;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the class path that the build gives a host, which the pom holds: without DJL. */
class HostTest {
  private static final Path VIT = Path.of("../../core/src/test/resources/nemo/vit-tp1.nemo");

  @TempDir Path folder;

  @BeforeEach
  void lacksDjl() {
    assertNull(Host.class.getResource("/ai/djl/engine/Engine.class"));
  }

  @Test
  void reshardsAndRestores() {
    Path target = folder.resolve("tp2.nemo");
    assertTrue(Host.reshard(VIT, target, 2, Device.JVM).verified());
    try (var model = Shardwright.restoreFrom(target)) {
      assertEquals(46, model.tensors().size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cuda", "cuda:1"})
  void isToldWhatADeviceNeeds(String device) {
    Path target = folder.resolve("tp2.nemo");
    var wanted = Device.parse(device);
    var refusal =
        assertThrows(CheckpointException.class, () -> Host.reshard(VIT, target, 2, wanted));
    assertEquals(ErrorCode.NATIVE_MISSING, refusal.code());
    assertTrue(
        refusal.getMessage().contains("ai.djl.pytorch:pytorch-engine:"), refusal::getMessage);
    assertTrue(refusal.getMessage().contains("ai.djl.pytorch:pytorch-jni:"), refusal::getMessage);
    assertFalse(Files.exists(target));
  }
}
