package io.shardwright.spi.format;

/**
 * Parameters that an optimizer treats alike.
 *
 * @param expert whether they are experts'
 * @param decay whether weight decay changes them
 */
public record ParameterGroup(boolean expert, boolean decay) {}
