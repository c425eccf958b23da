namespace Litestream.Agent.Commands;

/// <summary><c>litestream reset -json</c>.</summary>
/// <param name="Status"><c>reset</c> or <c>would_reset</c>.</param>
/// <param name="Path">Absolute path of the database.</param>
/// <param name="Name">What the agent calls it.</param>
/// <param name="StateFolder">Where this was known.</param>
/// <param name="WaitingFiles">Captured files that were dropped.</param>
/// <param name="WaitingBytes">Their size.</param>
internal sealed record ResetAnswer(string Status, string Path, string Name, string StateFolder, int WaitingFiles, long WaitingBytes);
