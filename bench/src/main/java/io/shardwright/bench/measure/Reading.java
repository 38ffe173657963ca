package io.shardwright.bench.measure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one process took.
 *
 * @param seconds from its start to its end
 * @param code with which it ended
 * @param cpuSeconds in user and kernel mode, on all processors
 * @param peakBytes the most memory that was resident
 * @param readBytes by read calls, whether or not a disk was asked
 * @param writtenBytes by write calls
 * @param samples of resident memory; none where none were asked for
 */
public record Reading(
    double seconds,
    int code,
    double cpuSeconds,
    long peakBytes,
    long readBytes,
    long writtenBytes,
    List<Sample> samples) {
  /** Resident memory at a time since the start. */
  public record Sample(double seconds, long bytes) {}

  /** Reads what {@code stopwatch.py} writes. */
  static Reading parse(List<String> lines) {
    Map<String, String> values = new HashMap<>();
    var samples = new ArrayList<Sample>();
    for (String line : lines) {
      String[] words = line.split(" ");
      if (words[0].equals("sample")) {
        samples.add(new Sample(Double.parseDouble(words[1]), Long.parseLong(words[2])));
      } else {
        values.put(words[0], words[1]);
      }
    }
    return new Reading(
        Double.parseDouble(values.get("seconds")),
        Integer.parseInt(values.get("code")),
        Double.parseDouble(values.get("cpu_seconds")),
        Long.parseLong(values.get("peak_bytes")),
        Long.parseLong(values.get("read_bytes")),
        Long.parseLong(values.get("written_bytes")),
        List.copyOf(samples));
  }
}
