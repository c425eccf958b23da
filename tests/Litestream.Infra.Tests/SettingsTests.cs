using Amazon.CDK;
using Litestream.EndToEnd.Needs;

namespace Litestream.Infra.Tests;

/// <summary>What a person must say, and what they are told when it cannot be meant.</summary>
public sealed class SettingsTests
{
    [NeedsNodeTheory]
    [InlineData("stage", "Prod!", "stage: \"Prod!\" is none; expected 1 to 20 small letters")]
    [InlineData("stage", "", "stage: the value is empty")]
    [InlineData("program", "nowhere", "program: there is no bootstrap in")]
    [InlineData("dashboard", "nowhere", "dashboard: there is no index.html in")]
    [InlineData("architecture", "riscv", "architecture: \"riscv\" is none; x64 or arm64")]
    [InlineData("architecture", "arm64", "is made for x86_64, and the function is to run on arm64")]
    [InlineData("kmsKey", "mine", "kmsKey: \"mine\" is none; expected `create`, or the ARN of a key")]
    [InlineData("vpcEndpointId", "vpc-1", "vpcEndpointId: \"vpc-1\" is none")]
    [InlineData("stage", "my-aws", "stage: Cognito takes no name with \"aws\" in it")]
    [InlineData("noncurrentDays", "-1", "noncurrentDays: \"-1\" is none")]
    [InlineData("logDays", "100", "logDays: CloudWatch does not keep logs for 100 days; one of 1, 3, 7")]
    [InlineData("issuer", "https://login.example.com", "issuer and audience: only one of them is given")]
    [InlineData("domain", "fleet.example.com", "domain and certificate: only one of them is given")]
    [InlineData("alarmEmail", "ops", "alarmEmail: \"ops\" is none")]
    [InlineData("scratchMebibytes", "511", "scratchMebibytes: \"511\" is none; expected 512 to 10240")]
    public void A_value_that_cannot_be_meant_is_named_with_what_is_expected(string name, string value, string said)
    {
        using var inputs = new Inputs();
        var error = Assert.Throws<SettingsException>(() => SynthesizedFleet.Of(inputs, new Dictionary<string, object> { [name] = value }));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [NeedsNode]
    public void An_issuer_without_https_and_a_certificate_of_another_region_are_refused()
    {
        using var inputs = new Inputs();
        Assert.Contains("is no https address", Refusal(new() { ["issuer"] = "http://login.example.com", ["audience"] = "a" }), StringComparison.Ordinal);
        Assert.Contains("us-east-1", Refusal(new() { ["domain"] = "a.example.com", ["certificate"] = "arn:aws:acm:eu-west-1:1:certificate/1" }), StringComparison.Ordinal);

        string Refusal(Dictionary<string, object> context) => Assert.Throws<SettingsException>(() => SynthesizedFleet.Of(inputs, context)).Message;
    }

    [NeedsNode]
    public void What_is_no_program_is_refused_and_one_for_the_other_processor_taken_when_asked()
    {
        using (var arm = new Inputs(machine: 0xb7))
        using (var fleet = SynthesizedFleet.Of(arm, new Dictionary<string, object> { ["architecture"] = "arm64" }))
            Assert.All(fleet.Service.Of("AWS::Lambda::Function").Where(f => f["Runtime"]!.GetValue<string>() == "provided.al2023"), f => Assert.Equal("""["arm64"]""", f["Architectures"]!.ToJsonString()));
        using var late = new Inputs(needs: "GLIBC_2.38");
        Assert.Contains("linked against a C library 2.38", Assert.Throws<SettingsException>(() => SynthesizedFleet.Of(late)).Message, StringComparison.Ordinal);
        using var other = new Inputs(machine: 0x28);
        Assert.Contains("no program for Linux on x64 or arm64", Assert.Throws<SettingsException>(() => SynthesizedFleet.Of(other)).Message, StringComparison.Ordinal);
    }

    [NeedsNode]
    public void No_account_region_or_name_is_written_down()
    {
        using var fleet = SynthesizedFleet.Of();
        var artifact = fleet.Manifest["artifacts"]!["Litestream-dev-Data"]!;
        Assert.Equal("aws://unknown-account/unknown-region", artifact["environment"]!.GetValue<string>());
        foreach (var (type, name) in new[] { ("AWS::S3::Bucket", "BucketName"), ("AWS::DynamoDB::GlobalTable", "TableName"), ("AWS::IAM::Role", "RoleName"), ("AWS::Lambda::Function", "FunctionName") })
            Assert.All(fleet.All.SelectMany(t => t.Of(type)), r => Assert.Null(r[name]));
    }
}
