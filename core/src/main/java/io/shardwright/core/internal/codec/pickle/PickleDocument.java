package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import java.util.List;
import java.util.Set;

/**
 * A pickle that was read.
 *
 * @param root what it says
 * @param globals every name it mentions, in order
 * @param alarms the calls that would do in Python what no weights need, even where the result is
 *     thrown away
 * @param persistentIds every reference to something outside, in order
 * @param end the position after STOP
 */
public record PickleDocument(
    PickleValue root,
    Set<Global> globals,
    List<Call> alarms,
    List<PersistentId> persistentIds,
    long end) {}
