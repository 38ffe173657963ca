/**
 * Families that a YAML file declares, read by a closed grammar. {@code docs/family-file.md} says
 * what each part means.
 *
 * <pre>
 * file        = family: ID  [refines: ID]  restores: [CLASS…]  [architectures: [NAME…]]  parallelism: [dimension…]
 *               [describes: sets]  namings: {naming…}  [layouts: [layout…]]
 *               [defaults: {KEY: VALUE…}]  [key_rules: [rule…]]  [hugging_face: [class…]]
 *                                                without restores, parallelism, namings: the base's
 * dimension   = tensor | pipeline | virtual_pipeline | expert | expert_tensor
 * naming      = (mcore | legacy): {[in_use: sets] [possible: sets] [keys: {KEY: VALUE…}] rows: [row…]}
 * layout      = ranks | distributed
 * rule        = (unreadable: KEY because: TEXT | refused: KEY because: TEXT | becomes: KEY is: VALUE)
 *               [from: [side…]]  [to: [side…]]  set
 * side        = mcore | legacy | hugging_face
 * sets        = set | [set…]                       one of them must hold
 * set         = {[when: conditions] [unless: conditions]}
 * conditions  = {KEY: values…} | [{KEY: values…}…]   all must hold
 * values      = VALUE | [VALUE…]                   ${KEY} is the value of another key
 * row         = (column | row | replicated): PATTERN  [of: PATTERN]  [on: stage]  [stride: N]
 *               [cut_between: KEY]  [grouped_qkv: true]  [factors: {AXIS: [extent…]…}]
 *               [per_expert: KEY]  [stored: [[FACTOR…]…]]  [part: [FACTOR, FROM, TO]]  [sizes: [size…]]
 *               [segments: [size…]]  [uncut: [SEGMENT…]]  [alternating: KEY]
 *               [vocab_padded_rows: true]  [tied_copy: NAME | [NAME…]]  [optional: true]  [extra_state: none | empty | stored]
 *               [inverse_frequencies: true]  [zero: true]  [rank_ordered: true]  [no_decay: true]  [less: NUMBER]  set
 * stage       = layer | first | last | every
 * extent      = rest | slots | N | KEY
 * size        = rest | sum ("|" sum)*              the first that the configuration can tell
 * sum         = product ("+" product)*
 * product     = one (("*" | "/") one)*             a quotient is a whole number
 * one         = N | KEY | "(" size ")"
 * class       = architecture: NAME  model_type: NAME  [refines: NAME]  restores: CLASS  namings: [naming…]
 *               base: {…}  [variant: set]  [picks: set]  keys: [key…]  rows: [row…]
 * key         = same: KEY  from: keys  [else: VALUE]
 *             | also: KEY  from: keys  [else: VALUE]
 *             | words: KEY  from: keys  to: {WORD: WORD…}  [else: VALUE]
 *             | (only | unsaid): KEY  is: VALUE
 *             | means: KEY  is: values
 *             | standard: (head_size | inner | labels | window | rope_scaling | image | patch | image_size)
 *               [from: keys]  [else: VALUE]
 * keys        = KEY | [KEY…]
 * </pre>
 *
 * Tags, anchors, aliases and merge keys are refused. A file holds at most 4 MiB and 100 levels.
 */
package io.shardwright.core.internal.family;
