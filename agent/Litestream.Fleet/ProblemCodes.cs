namespace Litestream.Fleet;

/// <summary>The stable <c>code</c> of a problem document. Programs decide by it, people read <c>detail</c>.</summary>
public static class ProblemCodes
{
    /// <summary>404: no such address.</summary>
    public const string NotFound = "not-found";

    /// <summary>405</summary>
    public const string MethodNotAllowed = "method-not-allowed";

    /// <summary>400: the body is not the JSON that this address expects.</summary>
    public const string BadBody = "bad-body";

    /// <summary>413</summary>
    public const string BodyTooLarge = "body-too-large";

    /// <summary>415: the body is not <c>application/json</c>.</summary>
    public const string NotJson = "not-json";

    /// <summary>400: a parameter of the query is out of range.</summary>
    public const string BadParameter = "bad-parameter";

    /// <summary>400: not a GUID of the form 8-4-4-4-12.</summary>
    public const string BadGuid = "bad-guid";

    /// <summary>404: no tenant of this id is registered here.</summary>
    public const string UnknownClient = "unknown-client";

    /// <summary>400: the path is empty, relative to nothing, or has characters that no path has.</summary>
    public const string BadPath = "bad-path";

    /// <summary>403: the path is not in a watched directory.</summary>
    public const string OutsideWatchedDirectories = "outside-watched-directories";

    /// <summary>404: there is no file at the path.</summary>
    public const string FileNotFound = "file-not-found";

    /// <summary>422: a file that cannot be a tenant; <c>detail</c> says why.</summary>
    public const string NotATenant = "not-a-tenant";

    /// <summary>409: the same GUID is registered from another path.</summary>
    public const string DuplicateTenant = "duplicate-tenant";

    /// <summary>400: a status that cannot be asked for.</summary>
    public const string BadStatus = "bad-status";

    /// <summary>409: a sync was asked for of a tenant that is paused, lost or has another writer.</summary>
    public const string NotReplicated = "not-replicated";

    /// <summary>403: a change came with a Host or Origin that is not this agent's own.</summary>
    public const string ForeignOrigin = "foreign-origin";

    /// <summary>401: a change needs <c>Authorization: Bearer</c>.</summary>
    public const string TokenRequired = "token-required";

    /// <summary>403: reachable from other machines and no token configured, so changes are off.</summary>
    public const string WritesDisabled = "writes-disabled";

    /// <summary>400: a cursor that this list did not give, or gave for other filters.</summary>
    public const string BadCursor = "bad-cursor";

    /// <summary>400: not 16 hexadecimal digits, or not above 0.</summary>
    public const string BadTxid = "bad-txid";

    /// <summary>400: no time of ISO 8601 with an offset, or one that has not come yet.</summary>
    public const string BadTime = "bad-time";

    /// <summary>400: what was asked for contradicts itself, or lacks something.</summary>
    public const string BadArgument = "bad-argument";

    /// <summary>400: no kind of command that hosts know.</summary>
    public const string UnknownKind = "unknown-kind";

    /// <summary>404: no host of this id ever reported.</summary>
    public const string UnknownHost = "unknown-host";

    /// <summary>404: no tenant of this GUID in the catalogue.</summary>
    public const string UnknownTenant = "unknown-tenant";

    /// <summary>404</summary>
    public const string UnknownJob = "unknown-job";

    /// <summary>404</summary>
    public const string UnknownCommand = "unknown-command";

    /// <summary>409: the host is stopped or not heard of: nobody would begin.</summary>
    public const string HostAway = "host-away";

    /// <summary>409: the host is heard of, or was a moment ago: what it has cannot be given to others without it.</summary>
    public const string HostNotLost = "host-not-lost";

    /// <summary>409: the hosts that are named have no room for it.</summary>
    public const string NoRoom = "no-room";

    /// <summary>409: the tenant has another owner or epoch than the caller saw.</summary>
    public const string StaleEpoch = "stale-epoch";

    /// <summary>409: it has ended, or cannot be called back any more.</summary>
    public const string NotCancellable = "not-cancellable";

    /// <summary>409: nothing of it can be taken back (any more).</summary>
    public const string NothingToUndo = "nothing-to-undo";

    /// <summary>409: a restore in place of the tenant waits or runs: two would undo each other unseen.</summary>
    public const string RestoreWaiting = "restore-waiting";

    /// <summary>422: the moment cannot be restored; <c>detail</c> says what can.</summary>
    public const string NoSuchPoint = "no-such-point";

    /// <summary>400: a change needs an <c>Idempotency-Key</c> of 1 to 128 visible characters.</summary>
    public const string BadIdempotencyKey = "bad-idempotency-key";

    /// <summary>422: the same key came with another request before.</summary>
    public const string IdempotencyKeyReused = "idempotency-key-reused";

    /// <summary>412: it changed since the caller read it (<c>If-Match</c>).</summary>
    public const string Changed = "changed";

    /// <summary>401: no token, or not one that is known.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>403: the token lacks the scope that <c>detail</c> names.</summary>
    public const string ScopeMissing = "scope-missing";

    /// <summary>413: more tenants than one request may name.</summary>
    public const string TooMany = "too-many";

    /// <summary>503: the fleet's table, or a replica, does not answer; <c>Retry-After</c> says when to ask again.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>504: the request's time was over before it was done.</summary>
    public const string TooLong = "too-long";

    /// <summary>503: the agent is stopping.</summary>
    public const string Stopping = "stopping";

    /// <summary>500</summary>
    public const string Internal = "internal";
}
