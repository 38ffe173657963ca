package io.shardwright.core.internal.codec.pickle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles in protocol 0; a blank stands for a line's end. */
class PickleAlarmsTest {
  private static List<?> alarms(String pickle) {
    byte[] bytes = pickle.replace(' ', '\n').getBytes(StandardCharsets.US_ASCII);
    return PickleReader.read(new MemorySource(bytes, "x.pkl"), Guard.standard()).alarms();
  }

  /** List[int], Optional[int], int | None, Dict[str, List[int]], and others of CPython 3.11. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "c_operator getitem (ctyping List c__builtin__ int tR.",
        "c_operator getitem (ctyping Union (c__builtin__ int c__builtin__ type (NtRttR.",
        "c__builtin__ reduce (c_operator or_ (c__builtin__ int c__builtin__ type (NtRttR.",
        "c_functools reduce (c_operator or_ (cmy Model c__builtin__ type (NtRttR.",
        "c_operator getitem (ctyping Dict (c__builtin__ str c_operator getitem (ctyping List"
            + " c__builtin__ int tRttR.",
        "c_operator getitem (ctyping Literal (S'a' I1 NttR.",
        "c_operator getitem (ctyping Annotated (c__builtin__ int S'a' ttR.",
        "c_operator getitem (ctyping Callable ((lc__builtin__ int ac__builtin__ str ttR.",
        "c_operator getitem (ctyping Optional cos PathLike tR.",
        "c_operator getitem (cmy Generic c__builtin__ int tR."
      })
  void passesOverTypesAsAnnotationsHaveThem(String pickle) {
    assertEquals(List.of(), alarms(pickle));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c_operator getitem (cos environ S'PATH' tR.",
        "c_operator getitem (ctyping List.__globals__ S'x' tR.",
        "c_operator getitem (ctyping sys S'x' tR.",
        "c_operator getitem (ctyping List S'code' tR.",
        "c_operator getitem (ctyping Annotated (S'code' I1 ttR.",
        "c_operator getitem (ctyping List cos system tR.",
        "c_operator getitem (ctyping Literal (cos system ttR.",
        "c_operator getitem (ctyping List cx f (tRtR.",
        "c_operator getitem (cmy __builtins__ S'eval' tR.",
        "c_operator getitem (cmy TABLE c__builtin__ int tR.",
        "c_operator getitem (cmy Table S'eval' tR.",
        "c_operator getitem (ctyping List c__builtin__ int tR(S'id' tR.",
        "c_operator getitem (ctyping List c__builtin__ int tR(dS'f' I1 sb.",
        "c__builtin__ reduce (c_operator or_ (cos system ttR.",
        "c__builtin__ reduce (c_operator add (c__builtin__ int ttR.",
        "c__builtin__ reduce (cos system (S'id' ttR.",
        "c__builtin__ reduce (c_operator or_ (cx f (tRttR.",
        "c_operator attrgetter (ctyping List c__builtin__ int tR.",
        "ctyping _eval_type (ctyping ForwardRef (S'code' tR(d(dtR."
      })
  void raisesAnAlarmForWhatIsNearlyAType(String pickle) {
    assertFalse(alarms(pickle).isEmpty(), pickle);
  }

  /** Methods and nested names as every Python writes them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "c__builtin__ getattr (cmy Model (tRS'step' tR.",
        "c__builtin__ getattr (cmy Model S'make' tR.",
        "c__builtin__ getattr (ctorch._C _VariableFunctionsClass S'relu' tR.",
        "c__builtin__ getattr (S',' S'join' tR.",
        "c__builtin__ getattr (c__builtin__ getattr (cmy Model S'Inner' tR(tRS'step' tR.",
        "c__builtin__ getattr (czoneinfo ZoneInfo S'_unpickle' tR(S'UTC' I1 tR.",
        "cfunctools partial (c__builtin__ getattr (cmy Model (tRS'step' tRtR.",
        "cmy Model (tRp0 (dS'hook' c__builtin__ getattr (g0 S'step' tRsb.",
        "cfunctools partial (c_operator mul tR.",
        "cfunctools partial (cposixpath join tR.",
        "cinspect Parameter (S'x' cinspect _ParameterKind (I1 tRtR.",
        "chttp HTTPStatus (I200 tR.",
        "(dS'f' cos system s."
      })
  void passesOverNamesAndMethodsThatNothingCalls(String pickle) {
    assertEquals(List.of(), alarms(pickle));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c__builtin__ getattr (ctorch.serialization os S'system' tR.",
        "c__builtin__ getattr (cmy Model S'__init__' tR.",
        "c__builtin__ getattr (cmy f.__globals__ S'get' tR.",
        "c__builtin__ getattr (cmy Model (tRc__builtin__ str tR.",
        "c__builtin__ getattr (cmy Model (tRS'step' NtR.",
        "c__builtin__ getattr (cpathlib PosixPath (S'x' tRS'unlink' tR.",
        "c__builtin__ getattr (c__builtin__ getattr (cmy Model (tRS'a' tRS'b' tR.",
        "c__builtin__ getattr (cmy Model (tRS'step' tR(tR.",
        "c__builtin__ map (c__builtin__ getattr (cmy Model (tRS'step' tR(ltR.",
        "c__builtin__ map (cfunctools partial (c__builtin__ getattr (cmy Model (tRS'a' tRtR(ltR.",
        "c__builtin__ getattr (cmy Space (tR(dS'f' cos system sbS'f' tR.",
        "c__builtin__ getattr (cmy Model S'Inner' tR(N(dS'f' I1 stb.",
        "cpathlib Path.unlink (cpathlib PosixPath (S'x' tRtR.",
        "crandom _os.system (S'id' tR."
      })
  void raisesAnAlarmForAttributesThatReachFurther(String pickle) {
    assertFalse(alarms(pickle).isEmpty(), pickle);
  }

  /** What executed a command in CPython 3.11 with a dangerous name that no call takes itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "c__builtin__ map (cfunctools partial (c__builtin__ print tR(cos system (t(dNtb(ltR.",
        "ctypes SimpleNamespace (tR(dS'append' cos system sbS'id' a.",
        "ctypes SimpleNamespace ((dS'f' cos system stR.",
        "c__builtin__ map (c__builtin__ print (l(dS'f' cos system satR.",
        "c__builtin__ type (cmy Model (tRtR(N(dS'f' I1 stb.",
        "cmy Group (tR(dS'append' c__builtin__ getattr (cmy Model (tRS'f' tRsbI1 a."
      })
  void raisesAnAlarmForDangersFurtherWithin(String pickle) {
    assertFalse(alarms(pickle).isEmpty(), pickle);
  }

  /** Looked through once for each call, it would be looked at 10^10 times. */
  @Test
  void looksThroughASharedTupleOnce() {
    String tuple = "(" + "I1 ".repeat(100_000) + "cos system tp0 0";
    String pickle = tuple + "(" + "cmy f (g0 tR".repeat(100_000) + "t.";
    assertEquals(1_000, alarms(pickle).size());
  }
}
