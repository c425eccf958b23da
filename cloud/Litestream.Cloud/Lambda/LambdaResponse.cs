using Microsoft.AspNetCore.Http.Features;

namespace Litestream.Cloud.Lambda;

/// <summary>An answer that is held back until it is whole: until then it can become another, so it has never started.</summary>
internal sealed class LambdaResponse(Stream body) : IHttpResponseFeature
{
    private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public Stream Body { get; set; } = body;

    public bool HasStarted { get; private set; }

    public void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    public async Task StartAsync()
    {
        while (_starting.TryPop(out var next))
            await next.Callback(next.State);
        HasStarted = true;
    }

    /// <summary>Before the answer goes out, not behind it: then this process is frozen.</summary>
    public async Task CompleteAsync()
    {
        while (_completed.TryPop(out var next))
            await next.Callback(next.State);
    }
}
