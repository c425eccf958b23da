using Litestream.Agent.Api;

namespace Litestream.Agent.Tests.Api;

public sealed class MetricsTextTests
{
    [Fact]
    public void A_label_may_hold_anything_that_a_path_may()
    {
        var text = new MetricsText();
        text.Gauge("size", "Bytes.").Sample("size", 1.5, ("db", "/a\"b\\c\nd"));
        Assert.Equal("# HELP size Bytes.\n# TYPE size gauge\nsize{db=\"/a\\\"b\\\\c\\nd\"} 1.5\n", text.ToString());
    }

    [Fact]
    public void A_label_without_a_value_is_left_out()
    {
        var text = new MetricsText();
        text.Gauge("state", "It.").Sample("state", 1, ("status", ""), ("db", "a"), ("reason", ""));
        text.Sample("state", 2, ("reason", ""));
        Assert.EndsWith("\nstate{db=\"a\"} 1\nstate 2\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_without_labels_has_no_braces()
    {
        var text = new MetricsText();
        text.Counter("total", "All.").Sample("total", 3);
        Assert.EndsWith("\ntotal 3\n", text.ToString(), StringComparison.Ordinal);
    }
}
