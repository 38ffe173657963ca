package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;

/** Why the hub gives nothing: it says so in a header. */
final class HubRefusal {
  private static final String FORBIDDEN =
      "the hub refuses it to the account of the token in HF_TOKEN, or without one";
  private static final String UNKNOWN =
      "the hub knows no such model, or shows it only to some accounts: check its name, or give a"
          + " token in HF_TOKEN";

  private HubRefusal() {}

  /** Passes all that is no refusal of the hub's own. */
  static void require(Answer answer, HubAddress address) {
    int status = answer.status();
    if (status != 401 && status != 403 && status != 404) {
      return;
    }
    String said = answer.header("X-Error-Code").orElse("");
    throw switch (said) {
      case "GatedRepo" ->
          refused(
              address,
              "is gated: accept its terms on its page, and give the token of that account in"
                  + " HF_TOKEN");
      case "RevisionNotFound" ->
          missing(address, "has no revision '" + address.revision() + "': check its spelling");
      case "EntryNotFound" -> missing(address, "has no file '" + address.file() + "'");
      default -> status == 403 ? refused(address, FORBIDDEN) : missing(address, UNKNOWN);
    };
  }

  private static CheckpointIoException refused(HubAddress address, String problem) {
    return new CheckpointIoException(ErrorCode.ACCESS_REFUSED, address.where(), problem);
  }

  private static CheckpointIoException missing(HubAddress address, String problem) {
    return new CheckpointIoException(ErrorCode.SOURCE_MISSING, address.where(), problem);
  }
}
