using System.Text.Json;
using Litestream.Fleet.Table;

namespace Litestream.Agent.Requests;

/// <summary>
/// Items of the treaty on disk (<see cref="RequestTable"/>, the book of drills): a line of JSON for each write, flushed before the write counts; the last line of a key is right. Who owns it
/// writes it anew, without what is superseded or too old.
/// </summary>
internal sealed class ItemFile(string path) : IDisposable
{
    /// <summary>Shorter it is left alone.</summary>
    private const long LeastBytes = 4 * 1024 * 1024;

    private const byte LineEnd = (byte)'\n';

    private FileStream? _appending;
    private long _anewBytes;

    public bool Exists => File.Exists(path);

    /// <summary>It is time for <see cref="Replace"/>: it is twice of what the last one left, so that all of them together write about as much as was appended.</summary>
    public bool HasGrown => _appending is { } file && file.Length > Math.Max(LeastBytes, 2 * _anewBytes);

    /// <summary>What was written, the oldest first. A line that was cut by the end of a run was no write.</summary>
    public IEnumerable<Item> Read()
    {
        if (!File.Exists(path))
            yield break;
        foreach (var line in File.ReadLines(path))
        {
            if (TryParse(line) is { } item)
                yield return item;
        }
    }

    public void Append(Item item)
    {
        // Nobody asked for anything yet, as a rule: then there is no file.
        _appending ??= OpenAtEnd();
        var length = _appending.Length;
        try
        {
            _appending.Write(LineOf(item));
            _appending.Flush(flushToDisk: true);
        }
        catch
        {
            // Half a line would spoil the next one.
            _appending.SetLength(length);
            throw;
        }
    }

    /// <summary>A line that the end of a run cut stays by itself: the next one begins behind it.</summary>
    private FileStream OpenAtEnd()
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            if (file.Length > 0)
            {
                file.Position = file.Length - 1;
                if (file.ReadByte() != LineEnd)
                    file.WriteByte(LineEnd);
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>These, and nothing else, from now on.</summary>
    public void Replace(IEnumerable<Item> items)
    {
        var unfinished = path + ".new";
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            foreach (var item in items)
                file.Write(LineOf(item));
            file.Flush(flushToDisk: true);
            _anewBytes = file.Length;
        }
        Dispose();
        File.Move(unfinished, path, overwrite: true);
    }

    public void Dispose()
    {
        _appending?.Dispose();
        _appending = null;
    }

    private static byte[] LineOf(Item item)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            foreach (var (name, value) in item)
            {
                if (value.IsNumber)
                    json.WritePropertyName(name);
                if (value.IsNumber)
                    json.WriteRawValue(value.Text);
                else
                    json.WriteString(name, value.Text);
            }
            json.WriteEndObject();
        }
        line.WriteByte(LineEnd);
        return line.ToArray();
    }

    private static Item? TryParse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var item = new Item();
            foreach (var member in json.RootElement.EnumerateObject())
                item.Add(member.Name, member.Value.ValueKind == JsonValueKind.Number ? ItemValue.OfNumberText(member.Value.GetRawText()) : ItemValue.Of(member.Value.GetString() ?? ""));
            return item.Key is { Partition.Length: > 0, Sort.Length: > 0 } ? item : null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
