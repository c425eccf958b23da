namespace Litestream.Agent.Tests;

/// <summary>Waits for a condition, generously; nothing in the tests sleeps for a time that is hoped to be enough.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task Becomes(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
                Assert.Fail($"after {Deadline.TotalSeconds} s it was still not so: {what}");
            await Task.Delay(5);
        }
    }
}
