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

    /// <summary>503: the agent is stopping.</summary>
    public const string Stopping = "stopping";

    /// <summary>500</summary>
    public const string Internal = "internal";
}
