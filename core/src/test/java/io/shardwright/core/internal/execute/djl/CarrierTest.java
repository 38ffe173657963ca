package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.DataType;
import io.shardwright.spi.tensor.DType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No type that ends the process can reach DJL. */
class CarrierTest {
  /**
   * The types of {@code GetScalarTypeFromDType} in DJL 0.36.0's {@code djl_pytorch_utils.h}; every
   * other one reaches a bare {@code throw}, which ends the process. COMPLEX64 is known there too,
   * and taken for binary32.
   */
  private static final Set<DataType> KNOWN =
      EnumSet.of(
          DataType.FLOAT32,
          DataType.FLOAT64,
          DataType.FLOAT16,
          DataType.UINT8,
          DataType.INT32,
          DataType.INT8,
          DataType.INT64,
          DataType.BOOLEAN);

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeTravelsAsOneThatIsKnownAndAsWide(DType dtype) {
    Carrier carrier = Carrier.of(dtype);
    assertTrue(KNOWN.contains(carrier.type()), dtype + " would travel as " + carrier.type());
    assertEquals(0, dtype.byteSize() % carrier.byteSize());
    assertTrue(dtype.byteSize() == carrier.byteSize() || dtype == DType.COMPLEX128);
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void noOtherTypeOfDjlsHasAName(DataType type) {
    boolean named = Stream.of(Carrier.values()).anyMatch(carrier -> carrier.type() == type);
    boolean carries =
        Set.of(DataType.UINT8, DataType.FLOAT16, DataType.INT32, DataType.FLOAT64).contains(type);
    assertEquals(carries, named, type + "");
  }

  /** Whoever holds the guard has no way to say a type of DJL's. */
  @Test
  void theGuardTakesCarriersAlone() {
    var parameters =
        Arrays.stream(CarrierArrays.class.getDeclaredMethods())
            .filter(method -> (method.getModifiers() & java.lang.reflect.Modifier.PRIVATE) == 0)
            .flatMap(method -> Arrays.stream(method.getParameterTypes()))
            .map(Class::getName)
            .collect(Collectors.toSet());
    assertTrue(parameters.contains(Carrier.class.getName()));
    assertFalse(parameters.stream().anyMatch(name -> name.startsWith("ai.djl.ndarray")));
  }
}
