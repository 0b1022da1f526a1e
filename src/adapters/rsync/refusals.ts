// What OpenSSH's client and sudo say under LC_ALL=C when they refuse.

/** The key is unknown, has changed, or is revoked. */
export const hostKeyRefusal =
  /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY/;

/** The peer accepts none of our keys. */
export const authenticationRefusal = /Permission denied \(|Too many authentication failures/;

/** sudo would have to ask, or does not allow the command. */
export const sudoRefusal = /^sudo: |^Sorry, user |is not allowed to (run|execute)/m;
