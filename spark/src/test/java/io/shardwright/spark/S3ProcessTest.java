package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shardwright.remote.S3Server;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From S3 to S3 with {@code spark-submit}, on two workers. */
class S3ProcessTest {
  private static final long SEED = 20_261_130;

  private static TreeMap<String, String> contents(S3Server server, String key) throws Exception {
    var contents = new TreeMap<String, String>();
    for (var object : server.objects(key).entrySet()) {
      contents.put(object.getKey(), Sha256.of(new ByteArrayInputStream(object.getValue())));
    }
    return contents;
  }

  @Test
  @Tag("spark")
  void whatIsReadAndWrittenThereIsTheSameThoughAnExecutorIsKilled(@TempDir Path own)
      throws Exception {
    Path source = new Llama(6, 384, SEED).write(own.resolve("hf"));
    var expected =
        OneProcess.run(source, own.resolve("calm"), List.of("--to", "bridge", "--tp", "2"));
    var killed = new AtomicInteger();
    var killer = Executors.newSingleThreadScheduledExecutor();
    var cluster = new Cluster(Files.createDirectories(own.resolve("cluster")), 2);
    try (var server = new S3Server()) {
      for (String name : List.of("config.json", "model.safetensors")) {
        server.put("hf/" + name, source.resolve(name));
      }
      killer.scheduleWithFixedDelay(
          () -> kill(cluster, server, killed), 100, 100, TimeUnit.MILLISECONDS);
      String from = S3Server.BUCKET + "hf";
      String to = S3Server.BUCKET + "out";
      var ended =
          cluster.submit(server.environment(), "run", from, to, "--to", "bridge", "--tp", "2");
      assertEquals(0, ended.code(), ended.said());
      assertFalse(ended.said().contains(S3Server.SECRET), ended.said());
      assertEquals(1, killed.get(), "executors that were killed");
      assertEquals(expected, contents(server, "out"));
      assertEquals(expected.size() + 2, server.keys().size(), server.keys().toString());
      assertEquals(List.of(), server.uploads());
      var again = cluster.submit(server.environment(), "run", from, to, "--to", "bridge");
      assertEquals(4, again.code(), again.said());
    } finally {
      killer.shutdownNow();
      cluster.stop();
    }
  }

  /** One of them, once it sends parts. */
  private static void kill(Cluster cluster, S3Server server, AtomicInteger killed) {
    try {
      if (killed.get() == 0 && server.uploads().size() > 1) {
        cluster.executors().stream()
            .limit(1)
            .filter(ProcessHandle::destroyForcibly)
            .forEach(executor -> killed.incrementAndGet());
      }
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }
}
