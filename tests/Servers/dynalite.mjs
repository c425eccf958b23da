// DynamoDB for the tests: dynalite on loopback, in memory, its tables ready at once. Prints its port and ends with its standard input.
//   node dynalite.mjs [port]
import dynalite from 'dynalite'

const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
// On a machine with much to do a request may arrive behind the idle time after which a connection is closed: none is.
server.keepAliveTimeout = 0
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit(0)).resume()
