package io.shardwright.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.CommandRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From HDFS to HDFS: a name node and a data node in this process, two workers of Spark in others.
 */
class HdfsProcessTest {
  private static final long SEED = 20_261_130;
  private static final org.apache.hadoop.fs.Path OUT = new org.apache.hadoop.fs.Path("/out");

  private static TreeMap<String, String> contents(FileSystem system, String path) throws Exception {
    var contents = new TreeMap<String, String>();
    var files = system.listFiles(new org.apache.hadoop.fs.Path(path), true);
    while (files.hasNext()) {
      var file = files.next().getPath();
      String name = file.toUri().getPath().substring(path.length()).replaceFirst("^/", "");
      try (var in = system.open(file)) {
        contents.put(name, Sha256.of(in));
      }
    }
    return contents;
  }

  @Test
  @Tag("spark")
  void whatIsReadAndWrittenThereIsTheSameThoughAJobEndsAndExecutorsAreKilled(@TempDir Path own)
      throws Exception {
    var configuration = new Configuration();
    configuration.set("hdfs.minidfs.basedir", own.resolve("dfs").toString());
    Path source = new Llama(6, 384, SEED).write(own.resolve("hf"));
    var hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    var spark = new Cluster(Files.createDirectories(own.resolve("cluster")), 2);
    try {
      FileSystem system = hdfs.getFileSystem();
      system.copyFromLocalFile(
          new org.apache.hadoop.fs.Path(source.toUri()), new org.apache.hadoop.fs.Path("/hf"));
      String root = "hdfs://127.0.0.1:" + hdfs.getNameNodePort();
      for (var options :
          List.of(List.of("--to", "nemo", "--tp", "2"), List.of("--to", "bridge", "--tp", "2"))) {
        var expected = OneProcess.run(source, own.resolve("calm" + options.hashCode()), options);
        var killed = new AtomicInteger();
        var asked = CommandRequest.of(root + "/hf", root + "/out", options);
        Cancelled.run(spark, asked, 7, () -> hasParts(system));
        for (int round = 0; killed.get() < 2; round++) {
          assertTrue(round < 20, "hardly any executor is killed: " + killed);
          run(spark, asked, system, killed);
          assertEquals(expected, contents(system, "/out"), options.toString());
          assertTrue(system.delete(OUT, true));
        }
      }
    } finally {
      spark.stop();
      hdfs.shutdown(true);
    }
  }

  private static boolean hasParts(FileSystem system) {
    try {
      var parts = system.globStatus(new org.apache.hadoop.fs.Path("/.out.parts/*"));
      return parts != null && parts.length > 0;
    } catch (IOException later) {
      throw new UncheckedIOException(later);
    }
  }

  private static void run(
      Cluster spark, CommandRequest asked, FileSystem system, AtomicInteger killed)
      throws Exception {
    var killer = Executors.newSingleThreadScheduledExecutor();
    try (var session = spark.session(2, "spark.default.parallelism=6")) {
      var context = JavaSparkContext.fromSparkContext(session.sparkContext());
      killer.scheduleWithFixedDelay(
          () -> kill(spark, system, killed), 50, 250, TimeUnit.MILLISECONDS);
      SparkResharding.run(context, asked.shardwright(), asked.request());
    } finally {
      killer.shutdownNow();
    }
    var uploads = new org.apache.hadoop.fs.Path(system.getHomeDirectory(), ".shardwright-uploads");
    assertFalse(system.exists(uploads), "an upload is left");
    for (var left : system.listStatus(new org.apache.hadoop.fs.Path("/"))) {
      assertFalse(left.getPath().getName().startsWith("."), left.toString());
    }
  }

  /** Two of them, once parts are being sent. */
  private static void kill(Cluster spark, FileSystem system, AtomicInteger killed) {
    if (killed.get() < 2 && hasParts(system)) {
      spark.executors().stream()
          .limit(1)
          .filter(ProcessHandle::destroyForcibly)
          .forEach(executor -> killed.incrementAndGet());
    }
  }
}
