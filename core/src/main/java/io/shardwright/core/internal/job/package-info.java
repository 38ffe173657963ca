/**
 * Processes one request from path to report: it is resolved against the source, planned and run.
 */
package io.shardwright.core.internal.job;
