namespace Litestream.Agent.Commands;

internal static class Stopping
{
    /// <summary>Completes when the token fires; that is how a program that runs until stopped ends well.</summary>
    public static async Task WhenAsked(CancellationToken stop)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = stop.Register(asked.SetResult);
        await asked.Task;
    }
}
