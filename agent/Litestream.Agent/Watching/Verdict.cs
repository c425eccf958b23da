namespace Litestream.Agent.Watching;

/// <summary>The answer to a file that was considered for registration.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="File">The registered file, when there is one.</param>
/// <param name="Reason">Why not, as a sentence.</param>
internal readonly record struct Verdict(VerdictKind Kind, TrackedFile? File = null, string? Reason = null);
