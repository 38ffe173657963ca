package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  void whatIsReadAndWrittenThereIsTheSameThoughDriverAndExecutorAreKilled(@TempDir Path own)
      throws Exception {
    Path source = new Llama(6, 384, SEED).write(own.resolve("hf"));
    var expected =
        OneProcess.run(source, own.resolve("calm"), List.of("--to", "bridge", "--tp", "2"));
    var killer = Executors.newSingleThreadScheduledExecutor();
    var cluster = new Cluster(Files.createDirectories(own.resolve("cluster")), 2);
    try (var server = new S3Server()) {
      for (String name : List.of("config.json", "model.safetensors")) {
        server.put("hf/" + name, source.resolve(name));
      }
      var kills = new Kills(cluster, server, new AtomicInteger(), new AtomicInteger());
      killer.scheduleWithFixedDelay(kills, 100, 100, TimeUnit.MILLISECONDS);
      String[] words = {
        "run", S3Server.BUCKET + "hf", S3Server.BUCKET + "out", "--to", "bridge", "--tp", "2"
      };
      var begun = cluster.submit(server.environment(), 6, words);
      assertEquals(1, kills.done.get(), "the driver is killed: " + begun);
      assertTrue(contents(server, "out").isEmpty(), "the target is there");
      cluster.awaitNoExecutors();
      kills.held.set(server.keys().size());
      var ended = cluster.submit(server.environment(), 3, words);
      assertEquals(0, ended.code(), ended.said());
      assertTrue(ended.said().contains(" bytes in 6 parts, verified"), ended.said());
      assertFalse(ended.said().contains(S3Server.SECRET), ended.said());
      assertEquals(2, kills.done.get(), "driver and executor that were killed");
      assertEquals(expected, contents(server, "out"));
      assertEquals(expected.size() + 2, server.keys().size(), server.keys().toString());
      assertEquals(List.of(), server.uploads());
      assertTrue(cluster.peakMegabytes() < 512, cluster.peakMegabytes() + " MiB resident");
      var again = cluster.submit(server.environment(), 6, words);
      assertEquals(4, again.code(), again.said());
    } finally {
      killer.shutdownNow();
      cluster.stop();
    }
  }

  /**
   * Once parts are sent, the driver ends; in the next run, once another part is complete, an
   * executor.
   *
   * @param held how many objects the driver left
   */
  private record Kills(Cluster cluster, S3Server server, AtomicInteger done, AtomicInteger held)
      implements Runnable {
    @Override
    public void run() {
      try {
        cluster.peakMegabytes();
        if (done.get() == 0 && server.uploads().size() > 1) {
          done.set(1);
          cluster.killDriver();
        } else if (done.get() == 1 && held.get() > 0 && server.keys().size() > held.get()) {
          cluster.executors().stream()
              .limit(1)
              .filter(ProcessHandle::destroyForcibly)
              .forEach(executor -> done.incrementAndGet());
        }
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
