package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import java.util.Set;

/**
 * A pickle that was read.
 *
 * @param root what it says
 * @param globals every name it mentions, in order
 * @param called those that Python would call, even where the result is thrown away
 * @param end the position after STOP
 */
public record PickleDocument(PickleValue root, Set<Global> globals, Set<Global> called, long end) {}
