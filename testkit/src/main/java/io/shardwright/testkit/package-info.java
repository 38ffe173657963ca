/**
 * What every adapter must hold, as tests that its author runs: {@link
 * io.shardwright.testkit.AdapterConformance} and the models it runs on. {@code
 * docs/adapter-guide.md} shows how.
 */
package io.shardwright.testkit;
