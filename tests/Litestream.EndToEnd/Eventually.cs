namespace Litestream.EndToEnd;

/// <summary>The only place where tests wait: for a condition, with a generous deadline, never for a time to pass.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, Func<string> what, TimeSpan? patience = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, patience);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? patience = null)
    {
        var deadline = DateTime.UtcNow + (patience ?? Patience);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"not within {(patience ?? Patience).TotalSeconds:0} s: {what()}");
            await Task.Delay(20);
        }
    }

    /// <summary>Calls until nothing is thrown; at the deadline the last complaint is the test's.</summary>
    public static async Task PassesAsync(Func<Task> assertion, TimeSpan? patience = null)
    {
        var deadline = DateTime.UtcNow + (patience ?? Patience);
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(50);
            }
        }
    }
}
