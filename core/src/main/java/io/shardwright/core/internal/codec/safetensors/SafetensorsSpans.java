package io.shardwright.core.internal.codec.safetensors;

import static io.shardwright.core.internal.codec.safetensors.SafetensorsFile.malformed;

import io.shardwright.core.internal.bytes.ByteSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Checks that the ranges of a file's tensors cover its data without holes and overlaps. */
final class SafetensorsSpans {
  private record Span(long from, long to) {}

  private final ByteSource data;
  private final List<Span> spans = new ArrayList<>();

  SafetensorsSpans(ByteSource data) {
    this.data = data;
  }

  void add(long from, long to) {
    spans.add(new Span(from, to));
  }

  void requireDense() {
    spans.sort(Comparator.comparingLong(Span::from).thenComparingLong(Span::to));
    long end = 0;
    for (Span span : spans) {
      if (span.from != end) {
        throw malformed(data, "has a hole or an overlap at byte " + end + " of its data");
      }
      end = span.to;
    }
    if (end != data.size()) {
      throw malformed(data, "has " + (data.size() - end) + " bytes behind its last tensor");
    }
  }
}
