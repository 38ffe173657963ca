/** One request from path to report: what it means, its plan, its run. */
package io.shardwright.core.internal.job;
