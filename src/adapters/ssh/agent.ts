import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';

/**
 * An agent whose keys are offered in the order OpenSSH would: those of the identity files first,
 * and nothing else under IdentitiesOnly. (A server counts every offer against its limit.)
 */
export class ChosenIdentities extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: InstanceType<typeof ssh2.OpenSSHAgent>;
  readonly #preferred: readonly Buffer[];
  readonly #offer: 'preferred-first' | 'preferred-only';

  constructor(
    socket: string,
    preferred: readonly Buffer[],
    offer: 'preferred-first' | 'preferred-only',
  ) {
    super();
    this.#agent = new ssh2.OpenSSHAgent(socket);
    this.#preferred = preferred;
    this.#offer = offer;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((error, identities) => {
      // An agent that does not answer has no keys; what the files hold may still do.
      if (error instanceof Error || identities === undefined) callback(null, []);
      else callback(null, this.#choose(identities.flatMap(keyOf)));
    });
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }

  #choose(keys: readonly ParsedKey[]): ParsedKey[] {
    const isPreferred = (key: ParsedKey): boolean =>
      this.#preferred.some((wanted) => wanted.equals(key.getPublicSSH()));
    const preferred = keys.filter(isPreferred);
    if (this.#offer === 'preferred-only') return preferred;
    return [...preferred, ...keys.filter((key) => !isPreferred(key))];
  }
}

type Identity = NonNullable<Parameters<IdentityCallback<ParsedKey>>[1]>[number];

function keyOf(identity: Identity): ParsedKey[] {
  if (!('pubKey' in identity)) return [identity];
  const { pubKey } = identity;
  const inner = 'pubKey' in pubKey ? pubKey.pubKey : pubKey;
  const key = ssh2.utils.parseKey(inner);
  return key instanceof Error ? [] : [key];
}
