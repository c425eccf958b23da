namespace Litestream.Agent.Api.Control;

/// <summary>A request of the control socket that cannot be answered as asked; becomes an <see cref="ErrorAnswer"/>.</summary>
internal sealed class ControlException(int status, string error, string? details = null) : Exception(error)
{
    public int Status => status;

    public string? Details => details;

    public static ControlException BadRequest(string error, string? details = null) => new(StatusCodes.Status400BadRequest, error, details);

    /// <summary>What Litestream answers depends on the address.</summary>
    public static ControlException Unknown(string path, int status) => new(status, $"database not found: {path}", "`litestream list` shows what this agent replicates");
}
