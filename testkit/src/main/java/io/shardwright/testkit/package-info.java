/**
 * The tests that every adapter must pass: {@link io.shardwright.testkit.AdapterConformance} takes
 * an adapter and sample models ({@link io.shardwright.testkit.SampleModel}) and checks them with
 * the engine. {@code docs/adapter-guide.md} shows how to use it.
 */
package io.shardwright.testkit;
