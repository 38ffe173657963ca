package io.shardwright.core.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener.Phase;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class RunRecorderTest {
  @Test
  void tellsTheNextListenerEverything() {
    var told = new ArrayList<String>();
    var recorder = new RunRecorder((phase, done, total) -> told.add(phase + " " + done));
    recorder.advanced(Phase.COPY, 1, 2);
    recorder.advanced(Phase.COPY, 2, 2);
    recorder.advanced(Phase.VERIFY, 5, 9);
    assertEquals("[COPY 1, COPY 2, VERIFY 5]", told.toString());
  }

  @Test
  void keepsThePhasesEdgesWithTheMemoryOfTheProcess() {
    var recorder = new RunRecorder((phase, done, total) -> {});
    recorder.advanced(Phase.COPY, 1, 2);
    recorder.advanced(Phase.COPY, 2, 2);
    recorder.advanced(Phase.VERIFY, 9, 9);
    var course = recorder.course();
    assertEquals(3, course.samples().size());
    assertEquals(0, course.samples().get(0).nanos());
    course.samples().forEach(sample -> assertTrue(sample.heap() > 0, sample.toString()));
    assertTrue(course.peakMemory().getAsLong() >= course.samples().get(0).heap());
  }

  @Test
  void staysSmallHoweverManySamplesThereAre() {
    var recorder = new RunRecorder((phase, done, total) -> {});
    for (int run = 0; run < 2000; run++) {
      recorder.advanced(run < 1000 ? Phase.COPY : Phase.VERIFY, 7, 7);
    }
    var samples = recorder.course().samples();
    assertTrue(samples.size() <= 512, samples.size() + " samples");
    assertEquals(Phase.COPY, samples.get(0).phase());
    assertEquals(Phase.VERIFY, samples.get(samples.size() - 1).phase());
    for (int i = 1; i < samples.size(); i++) {
      assertTrue(samples.get(i - 1).nanos() <= samples.get(i).nanos(), "sample " + i);
    }
  }

  @Test
  void hasNoPeakWithoutSamples() {
    assertTrue(RunCourse.NONE.peakMemory().isEmpty());
  }
}
