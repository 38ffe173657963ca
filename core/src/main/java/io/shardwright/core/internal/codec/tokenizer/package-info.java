/**
 * Tokenizer files, read without running them: a file's bytes go in, the number of its pieces or
 * another file format of the same tokenizer comes out.
 *
 * <pre>
 * sentencepiece  = protobuf message ModelProto; field 1, repeated, is a piece
 * tokenizer.json = JSON: model.vocab (object, or array of pairs) and added_tokens with ids
 * vocab.json     = JSON object from piece to id
 * vocab.txt      = a piece on each line
 * </pre>
 *
 * Sources: {@code sentencepiece_model.proto} of SentencePiece; the file formats of Hugging Face
 * tokenizers.
 */
package io.shardwright.core.internal.codec.tokenizer;
