using Litestream.Restore;

namespace Litestream.InPlace;

/// <summary>Passes on how far the fetching is.</summary>
internal sealed class FetchProgress(LiveDatabase live) : IProgress<RestoreProgress>
{
    public void Report(RestoreProgress value) => live.Report(InPlaceStep.Fetching, value.PagesDone, value.PagesTotal, value.BytesRead);
}
