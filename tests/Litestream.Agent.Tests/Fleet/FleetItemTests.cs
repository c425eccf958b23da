using System.Reflection;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Tests.Fleet;

/// <summary>Every item of the treaty in both directions. <see cref="FleetNamesTests"/> pins the names.</summary>
public sealed class FleetItemTests
{
    [Fact]
    public void Every_record_comes_back_from_its_item_as_it_was()
    {
        Assert.Equal(FleetSamples.Digest(), HostDigestItem.Read(HostDigestItem.Write(FleetSamples.Digest())));
        Assert.Equal(FleetSamples.TenantRecord(), TenantItem.Read(TenantItem.Write(FleetSamples.TenantRecord())));
        Assert.Equal(FleetSamples.Command(), CommandItem.Read(CommandItem.Write(FleetSamples.Command())));
        Assert.Equal(FleetSamples.Job(), JobItem.Read(JobItem.Write(FleetSamples.Job())));
        Assert.Equal(FleetSamples.Proof(), ProofItem.Read(ProofItem.Write(FleetSamples.Proof())));
        Assert.Equal(FleetSamples.Look(), LookItem.Read(LookItem.Write(FleetSamples.Look())));
        Assert.Equal(FleetSamples.Slice(), SliceItem.Read(SliceItem.Write(FleetSamples.Slice())));
        Assert.Equal(FleetSamples.Audit(), AuditItem.Read(AuditItem.Write(FleetSamples.Audit())));
        Assert.Equal(FleetSamples.Request(), RequestItem.Read(RequestItem.Write(FleetSamples.Request()), FleetSamples.Request().IdempotencyKey));
    }

    [Fact]
    public void Only_history_goes_by_itself_and_a_request_not_before_its_key_may_be_used_anew()
    {
        Item[] stay = [HostDigestItem.Write(FleetSamples.Digest()), TenantItem.Write(FleetSamples.TenantRecord()), LookItem.Write(FleetSamples.Look()), SliceItem.Write(FleetSamples.Slice()), AuditItem.Write(FleetSamples.Audit())];
        Assert.All(stay, item => Assert.False(item.TryGet(FleetTable.TimeToLive, out _), item.Key.Partition));
        Assert.Equal(Whole(FleetSamples.Command().RequestedAt + FleetTable.History), GoneBy(CommandItem.Write(FleetSamples.Command())));
        Assert.Equal(Whole(FleetSamples.Job().RequestedAt + FleetTable.History), GoneBy(JobItem.Write(FleetSamples.Job())));
        Assert.Equal(Whole(FleetSamples.Proof().At + FleetTable.History), GoneBy(ProofItem.Write(FleetSamples.Proof())));
        Assert.True(GoneBy(RequestItem.Write(FleetSamples.Request())) > FleetSamples.Request().At + RequestItem.Life);

        static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
        static DateTimeOffset GoneBy(Item item) => item.TryGet(FleetTable.TimeToLive, out var value) && value.IsNumber ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(value.Text, System.Globalization.CultureInfo.InvariantCulture)) : default;
    }

    [Fact]
    public void The_samples_of_these_tests_fill_every_member()
    {
        // Else a member that no map knows would come back "as it was". What agents do not write into a digest is left out.
        string[] notWritten = [nameof(HostDigest.LeaseEpoch), nameof(HostDigest.CommandsWaiting)];
        object[] samples = [FleetSamples.Digest(), FleetSamples.TenantRecord(), FleetSamples.Command(), FleetSamples.Command().Arguments, FleetSamples.Command().Progress!,
            FleetSamples.Job(), FleetSamples.Proof(), FleetSamples.Slice(), FleetSamples.Look(), FleetSamples.Audit(), FleetSamples.Request()];
        var empty =
            from sample in samples
            from member in sample.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            let value = member.GetValue(sample)
            where !notWritten.Contains(member.Name) && (value is null || value.Equals(member.PropertyType.IsValueType ? Activator.CreateInstance(member.PropertyType) : null))
            select $"{sample.GetType().Name}.{member.Name}";
        Assert.Empty(empty);
    }

    [Fact]
    public void What_is_null_in_a_record_is_no_attribute_and_null_again()
    {
        var tenant = FleetSamples.TenantRecord() with { Reason = null, Detail = null, Problem = null, Txid = null, LastSyncAt = null, HostId = null, UndoTxid = null, UndoUntil = null };
        var item = TenantItem.Write(tenant);
        Assert.Equal(tenant, TenantItem.Read(item));
        Assert.DoesNotContain(item.Names, name => name is "reason" or "detail" or "problem" or "txid" or "lastSyncAt" or "hostPk" or "badPk" or "badSk" or "undoTxid" or "undoUntil");

        var command = FleetSamples.Command() with { Progress = null, Arguments = new(), Job = null };
        Assert.Equal(command, CommandItem.Read(CommandItem.Write(command)));
    }

    [Fact]
    public void Attributes_that_a_newer_writer_added_are_ignored()
    {
        var item = HostDigestItem.Write(FleetSamples.Digest());
        item.Add("phaseOfTheMoon", ItemValue.Of("full"));
        item.Add("leaseEpoch", ItemValue.Of(9L));
        item.Add("commandsWaiting", ItemValue.Of(4L));
        Assert.Equal(FleetSamples.Digest() with { LeaseEpoch = 9, CommandsWaiting = 4 }, HostDigestItem.Read(item));
    }

    [Theory]
    [InlineData("at", "yesterday", "a time like 1970-01-01T00:00:00.000Z, it is \"yesterday\"")]
    [InlineData("at", null, "a time, it is missing")]
    [InlineData("state", null, "a text, it is missing")]
    [InlineData("sk", "TENANT#x", "HOST# and something behind it, it is \"TENANT#x\"")]
    [InlineData("type", "tenant", "\"host\", it is \"tenant\"")]
    [InlineData("tenants", "many", "a whole number, it is \"many\"")]
    public void A_malformed_item_is_named_with_key_attribute_expected_and_found(string attribute, string? text, string said)
    {
        var item = HostDigestItem.Write(FleetSamples.Digest());
        item.Remove(attribute);
        if (text is not null)
            item.Add(attribute, ItemValue.Of(text));
        var error = Assert.Throws<MalformedItemException>(() => HostDigestItem.Read(item));
        Assert.Equal(attribute, error.Attribute);
        Assert.Contains($"{attribute} should be {said}", error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"item {item.Key} is no host", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_beyond_its_type_is_a_malformed_item_too()
    {
        var item = HostDigestItem.Write(FleetSamples.Digest());
        foreach (var number in new[] { "1e999", "99999999999999999999", "1.5", "5000000000" })
        {
            item.Add("hot", ItemValue.OfNumberText(number));
            Assert.Equal("hot", Assert.Throws<MalformedItemException>(() => HostDigestItem.Read(item)).Attribute);
        }
    }

    [Fact]
    public void Every_map_answers_an_item_of_noise_with_the_named_error_and_no_other()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        (Item Item, Action<Item> Read)[] maps =
        [
            (HostDigestItem.Write(FleetSamples.Digest()), i => HostDigestItem.Read(i)), (TenantItem.Write(FleetSamples.TenantRecord()), i => TenantItem.Read(i)),
            (CommandItem.Write(FleetSamples.Command()), i => CommandItem.Read(i)), (JobItem.Write(FleetSamples.Job()), i => JobItem.Read(i)),
            (ProofItem.Write(FleetSamples.Proof()), i => ProofItem.Read(i)), (SliceItem.Write(FleetSamples.Slice()), i => SliceItem.Read(i)),
            (AuditItem.Write(FleetSamples.Audit()), i => AuditItem.Read(i)), (LookItem.Write(FleetSamples.Look()), i => LookItem.Read(i)), (RequestItem.Write(FleetSamples.Request()), i => RequestItem.Read(i, "key")),
        ];
        string[] noise = ["", "#", "-1", "1e400", "0abc", new string('9', 60), "HOST#", "COMMAND#01JD", "2026-13-41T12:00:00.000Z", "\ud83d\ude00", "true", "zz"];
        var (refused, taken) = (0, 0);
        for (var round = 0; round < 5_000; round++)
        {
            var (sample, read) = maps[random.Next(maps.Length)];
            var item = new Item();
            foreach (var (name, value) in sample)
            {
                if (random.Next(8) == 0)
                    continue;
                var text = noise[random.Next(noise.Length)];
                item.Add(name, random.Next(8) != 0 ? value : random.Next(2) == 0 ? ItemValue.Of(text) : ItemValue.OfNumberText(text));
            }
            try
            {
                read(item);
                taken++;
            }
            catch (MalformedItemException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}: {error}");
            }
        }
        Assert.True(refused > 100 && taken > 10, $"seed {seed}: {refused} refused, {taken} taken: the noise tries too little");
    }

    [Fact]
    public void A_digest_is_at_most_one_kilobyte_whatever_its_numbers()
    {
        var digest = FleetSamples.Digest() with { HostId = new('h', 64), Version = new('9', 200), State = HostStates.StoppedEarly };
        var members = typeof(HostDigest).GetProperties().Where(p => p.CanWrite).ToList();
        foreach (var member in members.Where(m => m.PropertyType == typeof(int)))
            member.SetValue(digest, int.MinValue);
        foreach (var member in members.Where(m => m.PropertyType == typeof(long) || m.PropertyType == typeof(long?)))
            member.SetValue(digest, long.MinValue);
        foreach (var member in members.Where(m => m.PropertyType == typeof(double)))
            member.SetValue(digest, -123456789012.345);
        var item = HostDigestItem.Write(digest);
        item.Add("leaseEpoch", ItemValue.Of(long.MinValue));
        item.Add("commandsWaiting", ItemValue.Of(long.MinValue));
        Assert.InRange(item.SizeBytes, 500, HostDigestItem.MostBytes);
    }

    [Fact]
    public void A_tenant_with_paths_and_details_as_they_are_costs_one_unit_to_write()
    {
        var item = TenantItem.Write(FleetSamples.TenantRecord() with { Detail = new('d', 5_000) });
        Assert.InRange(item.SizeBytes, 300, 1300);
        Assert.Equal(300, item.Text("detail")!.Length);
        Assert.InRange(TenantItem.Write(FleetSamples.TenantRecord() with { Detail = null }).SizeBytes, 300, 1024);
    }

    [Fact]
    public void A_text_that_is_cut_is_not_cut_within_a_character()
    {
        var emoji = string.Concat(Enumerable.Repeat("\ud83d\ude00", 1000));
        var detail = TenantItem.Write(FleetSamples.TenantRecord() with { Detail = "x" + emoji }).Text("detail")!;
        Assert.EndsWith("\ude00…", detail, StringComparison.Ordinal);
        detail = TenantItem.Write(FleetSamples.TenantRecord() with { Detail = emoji }).Text("detail")!;
        Assert.EndsWith("\ude00…", detail, StringComparison.Ordinal);
    }
}
