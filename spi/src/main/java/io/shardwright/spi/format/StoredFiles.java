package io.shardwright.spi.format;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** A file, or the files of one folder, opened by the engine under its limits. */
public interface StoredFiles {
  /**
   * The file's or folder's name, for messages.
   *
   * @return its last part
   */
  String name();

  /**
   * Whether it is a folder.
   *
   * @return false for a file
   */
  boolean isFolder();

  /**
   * The names of the files.
   *
   * @return those of a folder itself in their order, none of the folders in it; a file's own name
   */
  Set<String> files();

  /**
   * The names of the folders in a folder.
   *
   * @return in their order; none for a file
   */
  Set<String> folders();

  /**
   * A folder in the folder.
   *
   * @param name one of {@link #folders}
   * @return its files, opened under the same limits
   * @throws io.shardwright.spi.error.MalformedCheckpointException if there is no such folder
   */
  StoredFiles folder(String name);

  /**
   * A file's bytes.
   *
   * @param file one of {@link #files}
   * @return nothing is read yet
   * @throws io.shardwright.spi.error.MalformedCheckpointException if there is no such file
   * @throws io.shardwright.spi.error.CheckpointException if it can't be opened
   */
  StoredBytes bytes(String file);

  /**
   * Notes the checksum that a document states for a file. It is compared when the whole is
   * verified.
   *
   * @param file one of {@link #files}
   * @param sha256 hexadecimal digits
   * @throws io.shardwright.spi.error.MalformedCheckpointException if there is no such file
   */
  void expect(String file, String sha256);

  /**
   * The entries of a zip, stored or deflated. Its directory was compared with its local headers.
   *
   * @param file one of {@link #files}
   * @return every file in it, by its full name; a deflated one is unpacked when it is first read
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is not a zip, or damaged
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name leads elsewhere, or there
   *     is more than a limit allows
   */
  Map<String, StoredBytes> zip(String file);

  /**
   * A small text.
   *
   * @param file one of {@link #files}
   * @return its bytes as UTF-8; what is none is replaced
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  String text(String file);

  /**
   * A small JSON document as Python's {@code json.load} reads it: {@code NaN} and {@code Infinity}
   * are numbers.
   *
   * @param file one of {@link #files}
   * @return an object in which no key stands twice
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  Obj json(String file);

  /**
   * A configuration in JSON: as {@link #json} reads it, but a key may stand twice if it says the
   * same.
   *
   * @param file one of {@link #files}
   * @param notes are told of such keys
   * @return the object
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is none, or a key has two
   *     values
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  Obj config(String file, Consumer<String> notes);

  /**
   * A small document in YAML. Tags name nothing that is made.
   *
   * @param file one of {@link #files}
   * @return a map in which no key stands twice, its aliases in place
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  Obj yaml(String file);

  /**
   * The pickle of a torch file as values. Nothing is called: what Python would make by a call is an
   * object of its state, or of {@code _args_}, with the callable's name as {@code _target_}, as
   * configurations in YAML say it; the name of a class or function is a string.
   *
   * @param file one of {@link #files}
   * @return the root
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  JsonValue pickle(String file);

  /**
   * The distributed checkpoint of PyTorch in the folder: its {@code .metadata}, and the files that
   * it names; without it, the safetensors files whose headers say where their tensors' chunks lie.
   * Headers of single items are read with their values.
   *
   * @return the tensors by key, each in one piece
   * @throws io.shardwright.spi.error.MalformedCheckpointException if a file is missing, shorter
   *     than its items or damaged
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if a name leads elsewhere, or there
   *     is more than a limit allows
   */
  DistributedSet distributed();

  /**
   * The tensors of a container: of a {@code .safetensors} file; of what a {@code .json} index maps
   * by its {@code weight_map} to such files or torch files; of a torch file, whatever its name.
   *
   * @param file one of {@link #files}
   * @return the tensors, whose headers were read and compared with the files
   * @throws io.shardwright.spi.error.MalformedCheckpointException if a file is missing or damaged,
   *     or holds other tensors than the index says
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if the index names a file elsewhere,
   *     or there is more than a limit allows
   */
  TensorSet tensors(String file);

  /**
   * A tensor whose values are computed while they are read. Where tensors are written as they are
   * stored, codes and scales are; a target of another format has the values, if the request says
   * that it may.
   *
   * @param name the tensor's
   * @param stored tensors of one of the sets here, and what they mean
   * @return of bfloat16, or of binary32 where the request asks for a wider type than that
   * @throws io.shardwright.spi.error.MalformedCheckpointException if types or shapes don't fit each
   *     other
   */
  ContainedTensor dequantized(String name, Quantized stored);

  /**
   * The tensors of a dict in a torch file, and of the dicts in it, whose keys are joined by dots.
   *
   * @param file one of {@link #files}
   * @param path keys from the file's root to the dict
   * @return the tensors, whose headers were read and compared with the file
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the file is damaged, has no
   *     such dict, or two tensors have one name
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if there is more than a limit allows
   */
  TensorTree tensors(String file, List<String> path);

  /**
   * The number of pieces of a tokenizer: a SentencePiece model, or a JSON document of the Hugging
   * Face tokenizers library.
   *
   * @param file one of {@link #files}
   * @return the number; empty if it is no such file
   */
  OptionalLong tokenizerPieces(String file);
}
