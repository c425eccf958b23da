using Litestream.Agent.Commands;
using Litestream.Agent.Configuration;

namespace Litestream.Agent.Tests.Commands;

public sealed class OneDatabaseTests
{
    private static readonly AgentEnvironment Environment = new() { WorkingDirectory = "/srv" };

    [Fact]
    public void Each_place_keeps_what_the_environment_says()
    {
        var file = OneDatabase.Read(["app.db", "s3://backups/app", "copy"], Environment with { Retention = "30d" });
        var database = Assert.Single(file.Databases);
        Assert.Equal("/srv/app.db", database.Path);
        Assert.Equal(["s3://backups/app", "/srv/copy"], database.Replicas.Select(r => r.Location.ToString()));
        Assert.All(database.Replicas, r => Assert.Equal(TimeSpan.FromDays(30), r.Points.Retention));
    }
}
