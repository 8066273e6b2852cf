using System.Net.Sockets;
using System.Text;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Api;

/// <summary>HTTP as it goes over the line: for headers that no client library would send, twice or in odd forms.</summary>
internal static class RawHttp
{
    /// <summary>Sends one request and gives the status of the answer.</summary>
    public static async Task<int> StatusAsync(TestServer server, string requestLine, params string[] headers)
    {
        var address = new Uri(server.Address);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, deadline.Token);
        var stream = client.GetStream();
        var request = string.Join("\r\n", (string[])[requestLine + " HTTP/1.1", .. headers, "", ""]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var line = await reader.ReadLineAsync(deadline.Token);
        return int.Parse(line!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
