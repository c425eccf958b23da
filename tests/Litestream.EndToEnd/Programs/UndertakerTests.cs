namespace Litestream.EndToEnd.Programs;

public sealed class UndertakerTests
{
    [Fact]
    public async Task What_a_test_process_started_ends_with_it_also_while_it_is_stopped()
    {
        using var running = ChildProcess.Start("sleep", ["600"], AppContext.BaseDirectory);
        using var stopped = ChildProcess.Start("sleep", ["600"], AppContext.BaseDirectory);
        using var strange = ChildProcess.Start("sleep", ["600"], AppContext.BaseDirectory);
        stopped.Send(Signal.Stop);
        using (var undertaker = new Undertaker())
        {
            undertaker.Tell(running.Id);
            undertaker.Tell(stopped.Id);
        }

        await running.WaitForExitAsync(Eventually.Patience);
        await stopped.WaitForExitAsync(Eventually.Patience);
        Assert.False(strange.HasExited);
    }
}
