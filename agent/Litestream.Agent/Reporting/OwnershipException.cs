namespace Litestream.Agent.Reporting;

/// <summary>A tenant does not change hosts as asked.</summary>
/// <param name="code">One of <see cref="Litestream.Fleet.Items.CommandErrors"/>.</param>
/// <param name="message">Who owns it, for people.</param>
/// <param name="hint">What they can do.</param>
internal sealed class OwnershipException(string code, string message, string? hint = null) : LitestreamException(message, null, hint)
{
    public string Code => code;
}
